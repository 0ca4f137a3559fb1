package contract

import _ "embed"

//go:embed contract.schema.json
var schema []byte

// Schema returns the JSON Schema of the contract language, for editors. The decoder accepts what the schema accepts, but
// for what a schema cannot say: repeated codes and ids, conflicting routes, regular expressions that do not compile.
func Schema() []byte { return append([]byte(nil), schema...) }
