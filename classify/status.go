package classify

// status reads a status token. The code is 100..599; CodeOther for any other number; CodeNone where the token is no
// status: "-", "", "0", "000", "-1", and "009", which nginx logs for HTTP/0.9.
func status(b []byte) int {
	if len(b) == 3 && b[0]-'1' < 5 && b[1]-'0' < 10 && b[2]-'0' < 10 {
		return int(b[0]-'0')*100 + int(b[1]-'0')*10 + int(b[2]-'0')
	}
	return oddStatus(b)
}

func oddStatus(b []byte) int {
	zero := true
	for _, d := range b {
		if d < '0' || d > '9' {
			return CodeNone
		}
		zero = zero && d == '0'
	}
	if zero || string(b) == "009" {
		return CodeNone
	}
	return CodeOther
}
