// Command amends checks and applies service-recovery playbooks.
//
//	amends check DIR
//	amends decide --playbooks DIR [FILE…]
//
// amends help says more.
package main

import (
	"os"

	"github.com/servicerecovery/amends/recovery/cmd/amends/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
