package policy_test

import (
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
	"github.com/servicerecovery/amends/policy"
)

// The ready documents are sound together, and nobody is told that some of them are not used.
func TestReadyDocuments(t *testing.T) {
	set, read := playbook.Load(fstest.MapFS{"a.yaml": {Data: []byte(`amends: v1
shared: desk
uses: [helpdesk, zammad, chatwoot, zendesk, freshdesk]
---
amends: v1
playbook: care
review_by: 2027-06-30
plays:
  - {id: late, approach: standardised-response, when: incident.failure == "late", do: [ticket_due: {within: 4h}]}
`)}})
	program, compiled := policy.Compile(set)
	if ds := append(read, compiled...); len(ds) > 0 {
		t.Fatal(ds)
	}
	if len(program.Maps) != 4 {
		t.Errorf("%d maps", len(program.Maps))
	}
}
