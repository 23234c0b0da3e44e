package celenv

import "testing"

func TestOrText(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ source, with, without string }{
		{`incident.?promised_at.orValue("not yet")`, "2026-03-01T23:30:00Z", "not yet"},
		{`incident.order.?maybe.orValue("nothing")`, "1.00 EUR", "nothing"},
		{`incident.?scores.orValue("none")`, "[3]", "none"},
		{`incident.scores[?0].orValue("none")`, "", ""}, // incident.scores has no guard, but that is found at its use
		{`action.?amount.orValue("nothing")`, "nothing", "nothing"},
		{`incident.order.?note.orValue("-")`, "a", "-"},
	} {
		e, issues := w.scope.CompileMessage(c.source)
		if len(issues) > 0 {
			t.Errorf("%s: %+v", c.source, issues)
			continue
		}
		if c.with == "" {
			continue
		}
		f := w.frame(map[string]any{"promised_at": at("2026-03-01T23:30:00Z"), "order.maybe": eur("1"), "scores": []any{int64(3)}, "order.note": "a"})
		f.SetMessage(Message{})
		if v, err := e.Eval(f); err != nil || text(v.Native()) != c.with {
			t.Errorf("%s is %s, %v; want %s", c.source, text(v.Native()), err, c.with)
		}
		f = w.frame(map[string]any{"promised_at": nil, "order.maybe": nil, "scores": nil, "order.note": nil})
		f.SetMessage(Message{})
		if v, err := e.Eval(f); err != nil || text(v.Native()) != c.without {
			t.Errorf("%s without a value is %s, %v; want %s", c.source, text(v.Native()), err, c.without)
		}
	}
	for _, source := range []string{`incident.?promised_at.orValue(3)`, `incident.promised_at.orValue("x")`, `incident.?promised_at.orValue("x") + "y"`} {
		if _, issues := w.scope.CompileMessage(source); len(issues) == 0 {
			t.Errorf("%s has no mistake", source)
		}
	}
	if _, issues := w.scope.Compile(`incident.?promised_at.orValue("x")`); len(issues) == 0 {
		t.Error("a time or a text outside of a message")
	}
}
