// Package tail follows one configured path or glob through append, rename, truncation and recreation: blocks of whole
// lines, none lost, none twice.
package tail
