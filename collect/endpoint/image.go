package endpoint

import openai "github.com/sashabaranov/go-openai"

// WithImages returns a conversation of one user turn that holds text and
// images, each a URL or a data URL. The images come first, as the chat
// templates of most vision-language models were trained.
func WithImages(text string, urls ...string) []Message {
	m := Message{Role: openai.ChatMessageRoleUser}
	for _, u := range urls {
		m.MultiContent = append(m.MultiContent, openai.ChatMessagePart{Type: openai.ChatMessagePartTypeImageURL, ImageURL: &openai.ChatMessageImageURL{URL: u}})
	}
	m.MultiContent = append(m.MultiContent, openai.ChatMessagePart{Type: openai.ChatMessagePartTypeText, Text: text})
	return []Message{m}
}
