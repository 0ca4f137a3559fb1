package contract

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// fromWindows reads bytes as Windows-1252, as pages without a declared encoding mostly are.
func fromWindows(data []byte) string {
	var b strings.Builder
	for _, c := range data {
		b.WriteRune(charmap.Windows1252.DecodeByte(c))
	}
	return b.String()
}

// toWindows returns the byte that Windows-1252 has for c. The five bytes that it leaves open stand for themselves, as
// browsers have it.
func toWindows(c rune) (byte, bool) {
	if c < 0x100 && (c < 0x80 || c >= 0xa0 || c == 0x81 || c == 0x8d || c == 0x8f || c == 0x90 || c == 0x9d) {
		return byte(c), true
	}
	return charmap.Windows1252.EncodeRune(c)
}

// mend finds characters of UTF-8 that were taken for Windows-1252 and encoded again (’ that became â€™), also when that
// happened twice, and returns how many it put right.
func mend(s string) (string, int) {
	const most = 3
	mended := 0
	for range most {
		next, n := mendOnce(s)
		if n == 0 {
			break
		}
		s, mended = next, max(mended, n)
	}
	return s, mended
}

func mendOnce(s string) (string, int) {
	if strings.IndexFunc(s, func(c rune) bool { return c >= 0xc2 && c <= 0xf4 }) < 0 {
		return s, 0
	}
	var b strings.Builder
	n := 0
	for i := 0; i < len(s); {
		if c, length := doubled(s[i:]); length > 0 {
			b.WriteRune(c)
			i += length
			n++
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		b.WriteString(s[i : i+size])
		i += size
	}
	return b.String(), n
}

// doubled returns the character that s starts with where its bytes were encoded once more, and the length that it has now;
// 0 where that is not so.
func doubled(s string) (rune, int) {
	var bytes [utf8.UTFMax]byte
	n, length := 0, 0
	for n < len(bytes) && length < len(s) {
		c, size := utf8.DecodeRuneInString(s[length:])
		w, ok := toWindows(c)
		if !ok || n == 0 && (w < 0xc2 || w > 0xf4) || n > 0 && (w < 0x80 || w > 0xbf) {
			break
		}
		bytes[n] = w
		n++
		length += size
		if utf8.FullRune(bytes[:n]) {
			r, used := utf8.DecodeRune(bytes[:n])
			if r != utf8.RuneError && used == n {
				return r, length
			}
			break
		}
	}
	return 0, 0
}

var plainQuotes = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "\u00a0", " ", "\u200b", "", "\u00ad", "")

// clean brings text into the form in which a contract holds it: one line, single blanks, plain quotes, nothing that does
// not print.
func clean(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case !unicode.IsPrint(c):
			return -1
		}
		return c
	}, plainQuotes.Replace(strings.ToValidUTF8(s, "")))
	return words(s)
}
