// Package helpdesk connects an engine with a helpdesk: Zammad, Chatwoot, Zendesk or Freshdesk.
//
// A [Desk] knows two things of its helpdesk: whether a webhook is genuine, and how something that a
// decision asks for is done there. [Handler] receives webhooks and tells the engine, by a map of its set.
// What is to be done comes back as deliveries, and Apply does one of them:
//
//	desk := &helpdesk.Zammad{API: helpdesk.API{URL: "https://help.example.org", Token: token}, Secret: secret}
//	http.Handle("POST /hooks/zammad", helpdesk.Handler(engine, desk, helpdesk.Then(act)))
//
// A set brings the actions and maps by `uses: [helpdesk, zammad]` in its shared definitions, as
// playbook/FORMAT.md says (Ready documents). A desk does these actions:
//
//	ticket_reply     a public answer, of its text; its message is an answer too
//	ticket_note      a note for agents
//	ticket_tag       a tag, which is taken off when the action is cancelled
//	ticket_priority  low, normal, high or urgent
//	ticket_assign    a group or a person; the format's own assign as well
//	ticket_due       when the ticket is due
//	ticket_status    open, pending, solved or closed
//
// and says the words of any action, whatever its type, as a public answer. For other deliveries Apply
// returns a *[CannotError]: money is nothing that a helpdesk gives.
//
// Apply may run twice for one delivery when a process ends at the wrong moment. Tags, priorities,
// assignments, due dates and status are then as they were. An answer or a note may stand there twice.
package helpdesk
