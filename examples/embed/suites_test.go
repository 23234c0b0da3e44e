package main

import (
	"os"
	"testing"

	"github.com/servicerecovery/amends/recovery/recoverytest"
)

func TestSuites(t *testing.T) { recoverytest.Run(t, os.DirFS("playbooks")) }
