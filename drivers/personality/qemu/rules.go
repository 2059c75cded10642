package qemupersonality

import "github.com/govirtd/govirtd/drivers"

// rules is what the reference does with each procedure.
var rules map[string]drivers.Rule
