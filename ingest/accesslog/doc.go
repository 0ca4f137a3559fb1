// Package accesslog turns an access-log line into an Entry: a Format compiled once from what the server's configuration
// says, and a Parser that reads only the fields that somebody uses. Pure: bytes in, entry or reason out.
package accesslog
