package main

import (
	"os"
	"testing"

	"github.com/servicerecovery/amends/recovery/recoverytest"
)

// The team's own tests, beside the playbooks.
func TestPlaybooks(t *testing.T) { recoverytest.Run(t, os.DirFS("playbooks")) }
