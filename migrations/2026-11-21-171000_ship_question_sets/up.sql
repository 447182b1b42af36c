-- The question sets that everybody starts with, one for each audience. Each is answered in about a minute.
INSERT INTO question_sets (key, version, audience, name, intro, thanks, questions, created_at, created_by) VALUES
('users', 1, 'users', 'End users', $$This release changed something that you work with. Six short questions, about a minute: your answers decide what is put right first.$$, $$Thank you. Those who run this release read every comment; what is low is followed up before the release is closed.$$, $$[
    {"key": "satisfaction", "kind": "rating", "text": "How satisfied are you with the change overall?", "required": true},
    {"key": "preparation", "kind": "rating", "text": "How well were you told and trained before it came?", "required": true},
    {"key": "working", "kind": "yes_no", "text": "Can you do your work at least as well as before?", "required": true},
    {"key": "trouble", "kind": "many_of", "text": "What gave you trouble, if anything did?", "options": [{"key": "finding", "label": "Finding my way"}, {"key": "speed", "label": "Slowness"}, {"key": "errors", "label": "Errors or failures"}, {"key": "access", "label": "Signing in or access"}, {"key": "data", "label": "Wrong or missing data"}, {"key": "help", "label": "Getting help"}]},
    {"key": "recommend", "kind": "recommendation", "text": "How likely are you to recommend this service to a colleague?"},
    {"key": "comment", "kind": "text", "text": "What should be better next time?"}
]$$, now(), 0),
('customers', 1, 'customers', 'Customers', $$We changed a service that you pay for. Six short questions, about a minute, tell us whether it was worth it to you.$$, $$Thank you. We look at every answer before we call this release done, and come back to you where something has to be put right.$$, $$[
    {"key": "satisfaction", "kind": "rating", "text": "How satisfied are you with this release overall?", "required": true},
    {"key": "benefit", "kind": "rating", "text": "How far does it bring what was agreed with you?", "required": true},
    {"key": "disruption", "kind": "one_of", "text": "How much did the changeover disturb your business?", "required": true, "options": [{"key": "none", "label": "Not at all"}, {"key": "little", "label": "A little"}, {"key": "much", "label": "Noticeably"}, {"key": "severe", "label": "Severely"}]},
    {"key": "communication", "kind": "rating", "text": "How well were you kept informed?"},
    {"key": "recommend", "kind": "recommendation", "text": "How likely are you to recommend this service to others?"},
    {"key": "comment", "kind": "text", "text": "What would have made it better for you?"}
]$$, now(), 0),
('suppliers', 1, 'suppliers', 'Suppliers', $$You supplied part of this release. Five short questions about working with us, answered in a minute.$$, $$Thank you. What you say goes into the review of this release and into how we plan the next one with you.$$, $$[
    {"key": "cooperation", "kind": "rating", "text": "How good was the cooperation on this release?", "required": true},
    {"key": "requirements", "kind": "rating", "text": "How clear were our requirements and dates?", "required": true},
    {"key": "notice", "kind": "yes_no", "text": "Did you have enough notice of dates and changes to them?", "required": true},
    {"key": "obstacles", "kind": "many_of", "text": "What held the work up?", "options": [{"key": "access", "label": "Access to systems or sites"}, {"key": "decisions", "label": "Waiting for decisions"}, {"key": "scope", "label": "Changes of scope"}, {"key": "testing", "label": "Test environments or data"}, {"key": "contacts", "label": "Finding the right contact"}, {"key": "contract", "label": "Contract or ordering"}]},
    {"key": "comment", "kind": "text", "text": "What should we do differently next time?"}
]$$, now(), 0),
('service_desk', 1, 'service_desk', 'Service desk and support', $$You take the calls about this release. Six short questions, a minute: what you know helps to end early life support at the right time.$$, $$Thank you. Your answers go into the review of this release, beside the incidents that it caused.$$, $$[
    {"key": "readiness", "kind": "rating", "text": "How well prepared were you to support this release?", "required": true},
    {"key": "documents", "kind": "rating", "text": "How useful are the workarounds, known errors and instructions?", "required": true},
    {"key": "volume", "kind": "one_of", "text": "How do the contacts about it compare with what you expected?", "required": true, "options": [{"key": "fewer", "label": "Fewer than expected"}, {"key": "same", "label": "As expected"}, {"key": "more", "label": "More than expected"}, {"key": "far_more", "label": "Far more than expected"}]},
    {"key": "reach", "kind": "yes_no", "text": "Do you reach those who built it when you need them?", "required": true},
    {"key": "normal", "kind": "yes_no", "text": "Is the service back to normal, as far as you can tell?"},
    {"key": "comment", "kind": "text", "text": "What do callers ask most, and what is missing to answer it?"}
]$$, now(), 0),
('network', 1, 'network', 'Network management', $$This release runs on what you operate. Five short questions, a minute: tell us what it does to networks and systems.$$, $$Thank you. What you report is followed up before operations takes this release over.$$, $$[
    {"key": "stability", "kind": "rating", "text": "How stable do networks and systems run since this release?", "required": true},
    {"key": "handover", "kind": "rating", "text": "How complete is what you need to operate it: plans, monitoring, contacts?", "required": true},
    {"key": "load", "kind": "one_of", "text": "How does its load compare with what was planned?", "required": true, "options": [{"key": "below", "label": "Below plan"}, {"key": "as_planned", "label": "As planned"}, {"key": "above", "label": "Above plan"}, {"key": "critical", "label": "Near a limit"}]},
    {"key": "back_out", "kind": "yes_no", "text": "Would you still be able to back it out, if you had to?"},
    {"key": "comment", "kind": "text", "text": "Which weak spots or capacity issues do you see?"}
]$$, now(), 0);
