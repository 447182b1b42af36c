INSERT INTO workflows (key, version, record_kind, name, published_at, definition) VALUES ('release-major', 1, 'release', 'Major release', 'epoch', $${"phases": [
  {"key": "assess", "name": "Registration and assessment", "kind": "main", "milestone": "registered", "sections": ["scope", "changes", "plan", "tasks"], "target_days": 2,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "plan", "label": "Start planning", "requirements": ["details_complete", "changes_related"]},
     {"key": "abandon", "kind": "abandon", "to": "abandoned", "label": "Abandon the release", "asks_reason": true, "outcome": "abandoned"}]},
  {"key": "plan", "name": "Planning and design", "kind": "main", "milestone": "registered", "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 10,
   "approvals": [
     {"position": 1, "name": "Plan", "rule": "all", "approvers": {"role": "release_approver"}, "covers": ["scope", "changes", "plan", "window", "back_out_plan", "assessment"], "days": 3}],
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "build_test", "label": "Start build and test", "requirements": ["plan_complete", "risk_assessed", "back_out_plan_written", "window_set", "tasks_done", "approved"]},
     {"key": "abandon", "kind": "abandon", "to": "abandoned", "label": "Abandon the release", "asks_reason": true, "outcome": "abandoned"}]},
  {"key": "build_test", "name": "Build and test", "kind": "main", "milestone": "authorised", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 15,
   "approvals": [
     {"position": 1, "name": "Build and test", "rule": "quorum", "approvers": {"role": "release_approver"}, "covers": ["scope", "changes"], "days": 2},
     {"position": 2, "name": "Deployment (CAB)", "rule": "all_immediate_denial", "approvers": {"group": "cab"}, "covers": ["scope", "changes", "plan", "window", "back_out_plan", "assessment"], "days": 3}],
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "training", "label": "Go on to training or rollout", "requirements": ["changes_authorised", "tests_passed", "tasks_done", "approved"]},
     {"key": "rework", "kind": "rework", "to": "plan", "label": "Test failed: back to planning", "asks_reason": true},
     {"key": "abandon", "kind": "abandon", "to": "abandoned", "label": "Abandon the release", "asks_reason": true, "outcome": "abandoned"}]},
  {"key": "training", "name": "Training", "kind": "main", "milestone": "authorised", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 5, "condition": "high_impact_and_urgency",
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "rollout", "label": "Start the rollout", "requirements": ["tasks_done"]}]},
  {"key": "rollout", "name": "Distribution and rollout", "kind": "main", "milestone": "authorised", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 5,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "early_life", "label": "Start early life support", "requirements": ["changes_implemented", "deployment_done", "verification_passed"]},
     {"key": "back_out", "kind": "back_out", "to": "back_out", "label": "Back out", "asks_reason": true}]},
  {"key": "back_out", "name": "Back-out", "kind": "side", "milestone": "authorised", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 1,
   "transitions": [
     {"key": "rework", "kind": "rework", "to": "plan", "label": "Back to planning", "requirements": ["back_out_facts", "tasks_done"]},
     {"key": "close", "kind": "close", "to": "closed", "label": "Close as backed out", "requirements": ["back_out_facts", "tasks_done"], "outcome": "backed_out"}]},
  {"key": "early_life", "name": "Early life support", "kind": "main", "milestone": "implemented", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 10,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "review", "label": "Start the review", "requirements": ["exit_criteria_met", "handover_accepted"]},
     {"key": "back_out", "kind": "back_out", "to": "back_out", "label": "Back out", "asks_reason": true}]},
  {"key": "review", "name": "Review", "kind": "main", "milestone": "implemented", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 5,
   "approvals": [
     {"position": 1, "name": "Closure", "rule": "one", "approvers": {"role": "release_manager"}, "covers": ["scope", "changes"], "days": 3}],
   "transitions": [
     {"key": "close", "kind": "close", "to": "closed", "label": "Close the release", "requirements": ["feedback_considered", "review_complete", "follow_ups_settled", "changes_closed", "log_and_cms_current", "approved"], "outcome": "closed"}]},
  {"key": "closed", "name": "Closed", "kind": "end", "milestone": "finished", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"]},
  {"key": "abandoned", "name": "Abandoned", "kind": "end", "milestone": "finished", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"]}
]}$$);

INSERT INTO workflows (key, version, record_kind, name, published_at, definition) VALUES ('release-minor', 1, 'release', 'Minor release', 'epoch', $${"phases": [
  {"key": "assess", "name": "Registration and assessment", "kind": "main", "milestone": "registered", "sections": ["scope", "changes", "plan", "tasks"], "target_days": 2,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "plan", "label": "Start planning", "requirements": ["details_complete", "changes_related"]},
     {"key": "abandon", "kind": "abandon", "to": "abandoned", "label": "Abandon the release", "asks_reason": true, "outcome": "abandoned"}]},
  {"key": "plan", "name": "Planning and design", "kind": "main", "milestone": "registered", "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 10,
   "approvals": [
     {"position": 1, "name": "Plan", "rule": "all", "approvers": {"role": "release_approver"}, "covers": ["scope", "changes", "plan", "window", "back_out_plan", "assessment"], "days": 3}],
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "build_test", "label": "Start build and test", "requirements": ["plan_complete", "risk_assessed", "back_out_plan_written", "window_set", "tasks_done", "approved"]},
     {"key": "abandon", "kind": "abandon", "to": "abandoned", "label": "Abandon the release", "asks_reason": true, "outcome": "abandoned"}]},
  {"key": "build_test", "name": "Build and test", "kind": "main", "milestone": "authorised", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 15,
   "approvals": [
     {"position": 1, "name": "Build and test", "rule": "quorum", "approvers": {"role": "release_approver"}, "covers": ["scope", "changes"], "days": 2},
     {"position": 2, "name": "Deployment (CAB)", "rule": "all_immediate_denial", "approvers": {"group": "cab"}, "covers": ["scope", "changes", "plan", "window", "back_out_plan", "assessment"], "days": 3}],
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "rollout", "label": "Start the rollout", "requirements": ["changes_authorised", "tests_passed", "tasks_done", "approved"]},
     {"key": "rework", "kind": "rework", "to": "plan", "label": "Test failed: back to planning", "asks_reason": true},
     {"key": "abandon", "kind": "abandon", "to": "abandoned", "label": "Abandon the release", "asks_reason": true, "outcome": "abandoned"}]},
  {"key": "rollout", "name": "Distribution and rollout", "kind": "main", "milestone": "authorised", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 5,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "early_life", "label": "Start early life support", "requirements": ["changes_implemented", "deployment_done", "verification_passed"]},
     {"key": "back_out", "kind": "back_out", "to": "back_out", "label": "Back out", "asks_reason": true}]},
  {"key": "back_out", "name": "Back-out", "kind": "side", "milestone": "authorised", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 1,
   "transitions": [
     {"key": "rework", "kind": "rework", "to": "plan", "label": "Back to planning", "requirements": ["back_out_facts", "tasks_done"]},
     {"key": "close", "kind": "close", "to": "closed", "label": "Close as backed out", "requirements": ["back_out_facts", "tasks_done"], "outcome": "backed_out"}]},
  {"key": "early_life", "name": "Early life support", "kind": "main", "milestone": "implemented", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 10,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "review", "label": "Start the review", "requirements": ["exit_criteria_met", "handover_accepted"]},
     {"key": "back_out", "kind": "back_out", "to": "back_out", "label": "Back out", "asks_reason": true}]},
  {"key": "review", "name": "Review", "kind": "main", "milestone": "implemented", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 5,
   "approvals": [
     {"position": 1, "name": "Closure", "rule": "one", "approvers": {"role": "release_manager"}, "covers": ["scope", "changes"], "days": 3}],
   "transitions": [
     {"key": "close", "kind": "close", "to": "closed", "label": "Close the release", "requirements": ["feedback_considered", "review_complete", "follow_ups_settled", "changes_closed", "log_and_cms_current", "approved"], "outcome": "closed"}]},
  {"key": "closed", "name": "Closed", "kind": "end", "milestone": "finished", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"]},
  {"key": "abandoned", "name": "Abandoned", "kind": "end", "milestone": "finished", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"]}
]}$$);

INSERT INTO workflows (key, version, record_kind, name, published_at, definition) VALUES ('release-emergency', 1, 'release', 'Emergency release', 'epoch', $${"phases": [
  {"key": "assess", "name": "Registration and assessment", "kind": "main", "milestone": "registered", "sections": ["scope", "changes", "plan", "tasks"], "target_days": 0,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "build_test", "label": "Start build and test", "requirements": ["details_complete", "changes_related"]},
     {"key": "abandon", "kind": "abandon", "to": "abandoned", "label": "Abandon the release", "asks_reason": true, "outcome": "abandoned"}]},
  {"key": "build_test", "name": "Build and test", "kind": "main", "milestone": "authorised", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 2,
   "approvals": [
     {"position": 1, "name": "ECAB", "rule": "one", "approvers": {"group": "ecab"}, "covers": ["scope", "changes", "plan", "window", "back_out_plan", "assessment"], "days": 0}],
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "rollout", "label": "Start the rollout", "requirements": ["changes_authorised", "tests_passed", "tasks_done", "back_out_plan_written", "window_set", "approved"]},
     {"key": "rework", "kind": "rework", "to": "build_test", "label": "Test failed: build and test again", "asks_reason": true},
     {"key": "abandon", "kind": "abandon", "to": "abandoned", "label": "Abandon the release", "asks_reason": true, "outcome": "abandoned"}]},
  {"key": "rollout", "name": "Distribution and rollout", "kind": "main", "milestone": "authorised", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 1,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "early_life", "label": "Start early life support", "requirements": ["changes_implemented", "deployment_done", "verification_passed"]},
     {"key": "back_out", "kind": "back_out", "to": "back_out", "label": "Back out", "asks_reason": true}]},
  {"key": "back_out", "name": "Back-out", "kind": "side", "milestone": "authorised", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 1,
   "transitions": [
     {"key": "rework", "kind": "rework", "to": "build_test", "label": "Back to build and test", "requirements": ["back_out_facts", "tasks_done"]},
     {"key": "close", "kind": "close", "to": "closed", "label": "Close as backed out", "requirements": ["back_out_facts", "tasks_done"], "outcome": "backed_out"}]},
  {"key": "early_life", "name": "Early life support", "kind": "main", "milestone": "implemented", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 10,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "review", "label": "Start the review", "requirements": ["exit_criteria_met", "handover_accepted"]},
     {"key": "back_out", "kind": "back_out", "to": "back_out", "label": "Back out", "asks_reason": true}]},
  {"key": "review", "name": "Review", "kind": "main", "milestone": "implemented", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"], "target_days": 5,
   "approvals": [
     {"position": 1, "name": "Closure", "rule": "one", "approvers": {"role": "release_manager"}, "covers": ["scope", "changes"], "days": 3}],
   "transitions": [
     {"key": "close", "kind": "close", "to": "closed", "label": "Close the release", "requirements": ["feedback_considered", "review_complete", "follow_ups_settled", "changes_closed", "log_and_cms_current", "approved"], "outcome": "closed"}]},
  {"key": "closed", "name": "Closed", "kind": "end", "milestone": "finished", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"]},
  {"key": "abandoned", "name": "Abandoned", "kind": "end", "milestone": "finished", "scope_frozen": true, "sections": ["scope", "changes", "plan", "tasks", "approvals", "confirmations"]}
]}$$);

INSERT INTO workflows (key, version, record_kind, name, published_at, definition) VALUES ('change-normal', 1, 'change', 'Normal change', 'epoch', $${"phases": [
  {"key": "registered", "name": "Registered", "kind": "main", "milestone": "registered", "sections": ["scope", "tasks"], "target_days": 1,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "assessment", "label": "Start the assessment", "requirements": ["details_complete"]},
     {"key": "reject", "kind": "abandon", "to": "rejected", "label": "Reject", "asks_reason": true, "outcome": "rejected"},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "assessment", "name": "Assessment", "kind": "main", "milestone": "registered", "sections": ["scope", "tasks"], "target_days": 3,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "authorisation", "label": "Ask for authorisation", "requirements": ["risk_assessed", "items_named", "assigned", "tasks_done"]},
     {"key": "reject", "kind": "abandon", "to": "rejected", "label": "Reject", "asks_reason": true, "outcome": "rejected"},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "authorisation", "name": "Authorisation", "kind": "main", "milestone": "registered", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 3,
   "approvals": [
     {"position": 1, "name": "Authorisation (CAB)", "rule": "quorum", "approvers": {"group": "cab"}, "covers": ["scope", "window", "assessment"], "days": 3}],
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "build", "label": "Start the build", "requirements": ["approved"]},
     {"key": "rework", "kind": "rework", "to": "assessment", "label": "Back to assessment", "asks_reason": true},
     {"key": "reject", "kind": "abandon", "to": "rejected", "label": "Reject", "asks_reason": true, "outcome": "rejected"},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "build", "name": "Build", "kind": "main", "milestone": "authorised", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 5,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "test", "label": "Start the test", "requirements": ["tasks_done"]},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "test", "name": "Test", "kind": "main", "milestone": "authorised", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 15,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "implementation", "label": "Start the implementation", "requirements": ["tests_passed", "tasks_done"]},
     {"key": "rework", "kind": "rework", "to": "build", "label": "Test failed: back to build", "asks_reason": true},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "implementation", "name": "Implementation", "kind": "main", "milestone": "authorised", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 2,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "review", "label": "Start the review", "requirements": ["implementation_done", "tasks_done"]},
     {"key": "rework", "kind": "rework", "to": "build", "label": "Failed: back to build", "asks_reason": true}]},
  {"key": "review", "name": "Review", "kind": "main", "milestone": "implemented", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 5,
   "transitions": [
     {"key": "close", "kind": "close", "to": "closed", "label": "Close the RFC", "requirements": ["review_complete", "tasks_done"], "outcome": "closed"}]},
  {"key": "closed", "name": "Closed", "kind": "end", "milestone": "finished", "sections": ["scope", "tasks", "approvals", "confirmations"]},
  {"key": "rejected", "name": "Rejected", "kind": "end", "milestone": "finished", "sections": ["scope", "tasks", "approvals", "confirmations"]},
  {"key": "withdrawn", "name": "Withdrawn", "kind": "end", "milestone": "finished", "sections": ["scope", "tasks", "approvals", "confirmations"]}
]}$$);

INSERT INTO workflows (key, version, record_kind, name, published_at, definition) VALUES ('change-standard', 1, 'change', 'Standard change', 'epoch', $${"phases": [
  {"key": "registered", "name": "Registered", "kind": "main", "milestone": "registered", "sections": ["scope", "tasks"], "target_days": 1,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "assessment", "label": "Start the assessment", "requirements": ["details_complete"]},
     {"key": "reject", "kind": "abandon", "to": "rejected", "label": "Reject", "asks_reason": true, "outcome": "rejected"},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "assessment", "name": "Assessment", "kind": "main", "milestone": "registered", "sections": ["scope", "tasks"], "target_days": 3,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "build", "label": "Start the build", "requirements": ["risk_assessed", "items_named", "assigned", "tasks_done"]},
     {"key": "reject", "kind": "abandon", "to": "rejected", "label": "Reject", "asks_reason": true, "outcome": "rejected"},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "build", "name": "Build", "kind": "main", "milestone": "authorised", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 5,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "test", "label": "Start the test", "requirements": ["tasks_done"]},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "test", "name": "Test", "kind": "main", "milestone": "authorised", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 15,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "implementation", "label": "Start the implementation", "requirements": ["tests_passed", "tasks_done"]},
     {"key": "rework", "kind": "rework", "to": "build", "label": "Test failed: back to build", "asks_reason": true},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "implementation", "name": "Implementation", "kind": "main", "milestone": "authorised", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 2,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "review", "label": "Start the review", "requirements": ["implementation_done", "tasks_done"]},
     {"key": "rework", "kind": "rework", "to": "build", "label": "Failed: back to build", "asks_reason": true}]},
  {"key": "review", "name": "Review", "kind": "main", "milestone": "implemented", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 5,
   "transitions": [
     {"key": "close", "kind": "close", "to": "closed", "label": "Close the RFC", "requirements": ["review_complete", "tasks_done"], "outcome": "closed"}]},
  {"key": "closed", "name": "Closed", "kind": "end", "milestone": "finished", "sections": ["scope", "tasks", "approvals", "confirmations"]},
  {"key": "rejected", "name": "Rejected", "kind": "end", "milestone": "finished", "sections": ["scope", "tasks", "approvals", "confirmations"]},
  {"key": "withdrawn", "name": "Withdrawn", "kind": "end", "milestone": "finished", "sections": ["scope", "tasks", "approvals", "confirmations"]}
]}$$);

INSERT INTO workflows (key, version, record_kind, name, published_at, definition) VALUES ('change-emergency', 1, 'change', 'Emergency change', 'epoch', $${"phases": [
  {"key": "registered", "name": "Registered", "kind": "main", "milestone": "registered", "sections": ["scope", "tasks"], "target_days": 1,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "assessment", "label": "Start the assessment", "requirements": ["details_complete"]},
     {"key": "reject", "kind": "abandon", "to": "rejected", "label": "Reject", "asks_reason": true, "outcome": "rejected"},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "assessment", "name": "Assessment", "kind": "main", "milestone": "registered", "sections": ["scope", "tasks"], "target_days": 0,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "authorisation", "label": "Ask for authorisation", "requirements": ["risk_assessed", "items_named", "assigned", "tasks_done"]},
     {"key": "reject", "kind": "abandon", "to": "rejected", "label": "Reject", "asks_reason": true, "outcome": "rejected"},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "authorisation", "name": "Authorisation", "kind": "main", "milestone": "registered", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 0,
   "approvals": [
     {"position": 1, "name": "Authorisation (ECAB)", "rule": "one", "approvers": {"group": "ecab"}, "covers": ["scope", "window", "assessment"], "days": 0}],
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "build", "label": "Start the build", "requirements": ["approved"]},
     {"key": "rework", "kind": "rework", "to": "assessment", "label": "Back to assessment", "asks_reason": true},
     {"key": "reject", "kind": "abandon", "to": "rejected", "label": "Reject", "asks_reason": true, "outcome": "rejected"},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "build", "name": "Build", "kind": "main", "milestone": "authorised", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 1,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "test", "label": "Start the test", "requirements": ["tasks_done"]},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "test", "name": "Test", "kind": "main", "milestone": "authorised", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 1,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "implementation", "label": "Start the implementation", "requirements": ["tests_passed", "tasks_done"]},
     {"key": "rework", "kind": "rework", "to": "build", "label": "Test failed: back to build", "asks_reason": true},
     {"key": "withdraw", "kind": "abandon", "to": "withdrawn", "label": "Withdraw", "asks_reason": true, "outcome": "withdrawn"}]},
  {"key": "implementation", "name": "Implementation", "kind": "main", "milestone": "authorised", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 0,
   "transitions": [
     {"key": "advance", "kind": "advance", "to": "review", "label": "Start the review", "requirements": ["implementation_done", "tasks_done"]},
     {"key": "rework", "kind": "rework", "to": "build", "label": "Failed: back to build", "asks_reason": true}]},
  {"key": "review", "name": "Review", "kind": "main", "milestone": "implemented", "sections": ["scope", "tasks", "approvals", "confirmations"], "target_days": 5,
   "transitions": [
     {"key": "close", "kind": "close", "to": "closed", "label": "Close the RFC", "requirements": ["review_complete", "tasks_done"], "outcome": "closed"}]},
  {"key": "closed", "name": "Closed", "kind": "end", "milestone": "finished", "sections": ["scope", "tasks", "approvals", "confirmations"]},
  {"key": "rejected", "name": "Rejected", "kind": "end", "milestone": "finished", "sections": ["scope", "tasks", "approvals", "confirmations"]},
  {"key": "withdrawn", "name": "Withdrawn", "kind": "end", "milestone": "finished", "sections": ["scope", "tasks", "approvals", "confirmations"]}
]}$$);

INSERT INTO categories (key, record_kind, name, level, workflow_id, position)
SELECT c.key, w.record_kind, c.name, c.level, w.id, c.position
FROM (VALUES ('major', 'Major', 'major', 'release-major', 1),
             ('minor', 'Minor', 'minor', 'release-minor', 2),
             ('emergency', 'Emergency', 'emergency', 'release-emergency', 3),
             ('normal-change', 'Normal', 'normal', 'change-normal', 1),
             ('standard-change', 'Standard', 'standard', 'change-standard', 2),
             ('emergency-change', 'Emergency', 'emergency', 'change-emergency', 3)) AS c (key, name, level, workflow, position)
JOIN workflows w ON w.key = c.workflow AND w.version = 1;
