package recovery

import "github.com/servicerecovery/amends/policy"

// The types of action of the format. A set may declare others. ActionSubstitute is
// made by the engine, for a partner.
const (
	ActionAcknowledge = policy.ActionAcknowledge
	ActionApologise   = policy.ActionApologise
	ActionAssign      = policy.ActionAssign
	ActionCallback    = policy.ActionCallback
	ActionCompensate  = policy.ActionCompensate
	ActionEscalate    = policy.ActionEscalate
	ActionExplain     = policy.ActionExplain
	ActionInform      = policy.ActionInform
	ActionInvestigate = policy.ActionInvestigate
	ActionNotify      = policy.ActionNotify
	ActionPrevent     = policy.ActionPrevent
	ActionRefund      = policy.ActionRefund
	ActionRepair      = policy.ActionRepair
	ActionReperform   = policy.ActionReperform
	ActionReplace     = policy.ActionReplace
	ActionResolve     = policy.ActionResolve
	ActionRespond     = policy.ActionRespond
	ActionSubstitute  = policy.ActionSubstitute
	ActionSurvey      = policy.ActionSurvey
)
