package recoverytest

import "github.com/servicerecovery/amends/recovery"

// proposes turns a choice into one that another person has to agree to: what it gives is proposed.
func proposes(r *recovery.Record) {
	d := r.Decision
	d.Made.Pending, d.Made.Proposed, d.Actions = true, d.Actions, nil
	d.Choices = []recovery.Choice{{ID: d.Made.Choice, Play: d.Plays[0].Play}}
}

// declines turns a choice into one that turns down what was proposed.
func declines(r *recovery.Record) {
	proposes(r)
	r.Decision.Made.Pending = false
	r.Decision.Made.Declined = &recovery.Signature{By: "Carol", Roles: []string{"head"}, Reason: "no", At: noon()}
}

// agrees turns a choice into one that gives what was proposed.
func agrees(r *recovery.Record) {
	r.Decision.Made.Second = &recovery.Signature{By: "Carol", Roles: []string{"head"}, At: noon()}
}

// settles names the decision on the same choice whose place this one takes.
func settles(id string) with {
	return func(r *recovery.Record) { r.Settles = id }
}

// proposalCounts counts what was proposed, until it is settled, and takes it for no precedent.
func proposalCounts(k *kit) {
	q := recovery.PrecedentQuery{Play: "p/one"}
	mine := chose("dec_1", "p/one", "mine")
	k.commit(
		decided("dec_1", "A", gives("compensate", "1 EUR")),
		decided("dec_2", "A", mine, gives("compensate", "300 EUR"), proposes),
	)
	k.wantFact(money("301 EUR"), sum("compensate", "EUR"))
	k.wantFact(int64(2), countActions("compensate"))
	k.wantFactFor("A", money("0 EUR"), sum("compensate", "EUR"))
	k.wantPrecedents("X", q)
	k.wantMade("A", "dec_2")

	k.commit(decided("dec_3", "A", mine, settles("dec_2"), gives("compensate", "300 EUR"), declines))
	k.wantFact(money("1 EUR"), sum("compensate", "EUR"))
	k.wantPrecedents("X", q)
	k.wantMade("A", "dec_3")

	k.commit(decided("dec_4", "A", mine, settles("dec_3"), gives("compensate", "200 EUR"), proposes))
	k.wantFact(money("201 EUR"), sum("compensate", "EUR"))
	k.commit(decided("dec_5", "A", mine, settles("dec_4"), gives("compensate", "200 EUR"), agrees))
	k.wantFact(money("201 EUR"), sum("compensate", "EUR"))
	k.wantFact(int64(2), countActions("compensate"))
	k.wantPrecedents("X", q, chosen("dec_5", "mine", recovery.ChosenAction{Type: "compensate", Amount: money("200 EUR")}))
	k.wantMade("A", "dec_5")
}

// proposalCarriedOver keeps a proposal when the incident is decided again, and ends it.
func proposalCarriedOver(k *kit) {
	k.commit(
		decided("dec_1", "A"),
		decided("dec_2", "A", chose("dec_1", "p/one", ""), gives("compensate", "300 EUR"), proposes),
		decided("dec_3", "A", supersedes("dec_1"), keeps("dec_2")),
	)
	k.wantMade("A", "dec_2")
	k.wantFact(money("300 EUR"), sum("compensate", "EUR"))
	k.commit(decided("dec_4", "A", chose("dec_3", "p/one", ""), settles("dec_2"), gives("compensate", "300 EUR"), agrees))
	k.wantMade("A", "dec_4")
	k.commit(decided("dec_5", "A", supersedes("dec_3"), keeps("dec_4")))
	k.wantMade("A", "dec_4")

	k.commit(
		decided("dec_6", "B"),
		decided("dec_7", "B", chose("dec_6", "p/one", ""), gives("compensate", "50 EUR"), proposes),
		decided("dec_8", "B", supersedes("dec_6")),
	)
	k.wantMade("B")
	k.wantFact(money("300 EUR"), sum("compensate", "EUR"))
}

// leaves lists a choice that is left to somebody.
func leaves(choice string) with {
	return func(r *recovery.Record) { r.Decision.Choices = []recovery.Choice{{ID: choice}} }
}

// proposalFound finds the incident of a choice, before and after something was proposed, by the choice alone.
func proposalFound(k *kit) {
	wantOn := func(choice, want string) {
		k.Helper()
		given, _ := k.read(recovery.Query{Choice: choice})
		got := ""
		if given.Previous != nil {
			got = given.Previous.Decision.Incident
		}
		if got != want {
			k.Errorf("choice %s is found on %q, want %q", choice, got, want)
		}
	}
	wantOn("cho_p/one", "")
	k.commit(
		decided("dec_1", "A"), decided("dec_2", "B"),
		decided("dec_3", "A", chose("dec_1", "p/one", ""), gives("compensate", "300 EUR"), proposes),
	)
	wantOn("cho_p/one", "A")
	wantOn("cho_p/two", "")
	k.commit(decided("dec_6", "C", leaves("cho_left")), decided("dec_7", "D", leaves("cho_also")), decided("dec_8", "C", supersedes("dec_6")))
	wantOn("cho_left", "C")
	wantOn("cho_also", "D")
	k.commit(
		decided("dec_4", "A", chose("dec_1", "p/one", ""), settles("dec_3"), gives("compensate", "300 EUR"), agrees),
		decided("dec_5", "B", chose("dec_2", "p/two", ""), gives("compensate", "1 EUR"), proposes),
	)
	wantOn("cho_p/one", "A") // who approves twice is told so
	wantOn("cho_p/two", "B")
	given, _ := k.read(recovery.Query{Incident: "B", Choice: "cho_p/one"})
	if given.Previous == nil || given.Previous.Decision.Incident != "B" {
		k.Errorf("a query that names an incident is about that one")
	}
}

// conflictOfProposal lets two people settle one proposal.
func conflictOfProposal(k *kit) {
	k.commit(
		decided("dec_1", "A"),
		decided("dec_2", "A", chose("dec_1", "p/one", ""), gives("compensate", "300 EUR"), proposes),
	)
	mine := k.prepare(decided("dec_3", "A", chose("dec_1", "p/one", ""), settles("dec_2"), gives("compensate", "300 EUR"), agrees), recovery.Query{})
	yours := k.prepare(decided("dec_4", "A", chose("dec_1", "p/one", ""), settles("dec_2"), gives("compensate", "300 EUR"), declines), recovery.Query{})
	again := k.prepare(decided("dec_5", "A", supersedes("dec_1"), keeps("dec_2")), recovery.Query{})
	k.send(yours)
	k.wantConflict(mine)
	k.wantConflict(again)
	k.wantMade("A", "dec_4")
	k.wantFact(money("0 EUR"), sum("compensate", "EUR"))
}
