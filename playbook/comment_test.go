package playbook_test

import (
	"testing"

	"github.com/servicerecovery/amends/playbook"
)

// Comments are fine wherever they cut nothing off.
func TestCommentsThatAreFine(t *testing.T) {
	const src = `# a set
amends: v1             # the version
playbook: p            # the id
review_by: 2027-06-30  # soon
zone: Europe/Madrid    # theirs
applies: "true"        # quoted
terms:                 # a section
  # a line of its own
  a: 'x # y'           # quoted
  b: >-                # a block
    x # y
messages:
  m:                   # by language
    en: "Order #7"     # quoted
    es: Pedido nº7#8
plays:
  - id: late           # the id
    approach: standardised-response   # the approach
    when: true         # a lone bool is whole
    do:                # the actions
      - compensate: {amount: a, as: voucher}   # an action
      - refund:
          amount: b    # a parameter
          note: text   # a note
`
	docs, ds := playbook.Parse("p.yaml", []byte(src))
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	if got := docs[0].Messages[0].Texts[1].Text.Value; got != "Pedido nº7#8" {
		t.Error(got)
	}
	if got := docs[0].Terms[1].Expr.Value; got != "x # y" {
		t.Error(got)
	}
}
