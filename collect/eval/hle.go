package eval

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"benchsite/collect/endpoint"
)

// hlePrompt asks for the three parts that the benchmark scores, in words of our
// own: reasons, a short answer for the judge, and how sure the model is.
const hlePrompt = `%s

Reply in exactly this form:
Explanation: why your answer is the right one
Answer: the final answer alone, as short as it can be
Confidence: how likely your answer is right, from 0%% to 100%%`

// errPicture is of an item that a model without eyes cannot be asked.
var errPicture = errors.New("the item shows a picture")

// hleItem takes the items that are text alone: 2,158 of the 2,500 published.
func hleItem(r row) (Item, error) {
	if r.text("image") != "" {
		return Item{}, errPicture
	}
	question, err := r.need("question")
	if err != nil {
		return Item{}, err
	}
	answer, err := r.need("answer")
	if err != nil {
		return Item{}, err
	}
	return Item{ID: r.text("id"), Type: typeJudge, Expected: answer, Category: r.text("category"), Question: question,
		Messages: endpoint.User(fmt.Sprintf(hlePrompt, question))}, nil
}

var confidenceLine = regexp.MustCompile(`(?im)^[\s*_#>\-]*(?:confidence|置信度|信心)[\s*_]*[:：][\s*_]*([0-9]{1,3}(?:\.[0-9]+)?)\s*([%％]?)[\s*_.。]*$`)

// Confidence is the last one that a reply states on a line of its own, such as
// "Confidence: 85%", as a share. A number without a percent sign must be whole.
// ok is false where none stands: it is not taken for 100 %.
func Confidence(output string) (share float64, ok bool) {
	answer, _, _ := SplitThink(output)
	all := confidenceLine.FindAllStringSubmatch(answer, -1)
	if all == nil {
		return 0, false
	}
	last := all[len(all)-1]
	v, err := strconv.ParseFloat(last[1], 64)
	if err != nil || v > 100 || last[2] == "" && strings.Contains(last[1], ".") {
		return 0, false
	}
	return v / 100, true
}
