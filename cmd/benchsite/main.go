// Command benchsite measures LLM inference servers and turns the results into
// a bilingual static site.
package main

func main() {}
