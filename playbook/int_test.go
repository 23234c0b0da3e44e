package playbook_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/servicerecovery/amends/playbook"
)

// TestWholeNumbersHave32Bits holds that a whole number under a key is the same on every
// machine: what has more than 32 bits is a mistake, and the message gives the bounds.
func TestWholeNumbersHave32Bits(t *testing.T) {
	for number, ok := range map[string]bool{
		"0": true, "2147483647": true, "-2147483648": true, "2147483648": false, "-2147483649": false,
		"4294967297": false, "9223372036854775808": false, "99999999999999999999": false,
	} {
		text := fmt.Sprintf("amends: v1\nplaybook: a\nplays:\n  - id: p\n    approach: standardised-response\n    review_by: 2027-01-01\n"+
			"    priority: %s\n    when: incident.failure == \"late\"\n    do: [{apologise: {}}]\n", number)
		_, err := playbook.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}})
		if (err == nil) != ok {
			t.Errorf("%s: %v", number, err)
		}
		if err != nil && !strings.Contains(err.Error(), "7:15: error: `priority` wants a whole number from -2147483648 to 2147483647, found the number") {
			t.Errorf("%s: %v", number, err)
		}
	}
}
