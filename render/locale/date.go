package locale

import (
	"strconv"
	"time"
)

// Date is the ISO day of a date or an RFC 3339 time, for tables, charts and file
// names: 2025-12-24.
func (l *Locale) Date(s string) string {
	if len(s) > len(time.DateOnly) {
		return s[:len(time.DateOnly)]
	}
	return s
}

// DateProse is the day of a date or an RFC 3339 time in running text: December
// 24, 2025, 2025 年 12 月 24 日. What is no date is given back as it is.
func (l *Locale) DateProse(s string) string {
	t, err := time.Parse(time.DateOnly, l.Date(s))
	if err != nil {
		return s
	}
	if l.lang == ZH {
		y, m, d := t.Date()
		return noBreak(strconv.Itoa(y) + " 年 " + strconv.Itoa(int(m)) + " 月 " + strconv.Itoa(d) + " 日")
	}
	return t.Format("January 2, 2006")
}

// Clock is the time of day, in UTC and saying so: 00:51 UTC.
func (l *Locale) Clock(t time.Time) string { return t.UTC().Format("15:04") + nbsp + "UTC" }
