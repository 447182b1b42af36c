INSERT INTO models (key, version, category_id, name, definition) SELECT 'major', 1, id, 'Major release', $${"tasks": [
  {"key": "funding", "phase": "plan", "title": "Confirm the funding", "description": "The budget holder confirms that the money for this release is there.", "anchor": "phase", "offset": 2},
  {"key": "finance", "phase": "plan", "title": "Evaluate the financial impact", "description": "Cost of building, running and retiring, against the business case.", "anchor": "phase", "offset": 4, "after": ["funding"]},
  {"key": "contracts", "phase": "plan", "title": "Arrange contracts and licences", "description": "Suppliers engaged, licences counted and ordered.", "anchor": "phase", "offset": 5, "after": ["funding"]},
  {"key": "affected", "phase": "plan", "title": "Identify the affected systems", "description": "Every system, interface and team that will notice.", "anchor": "phase", "offset": 3, "group": "operations"},
  {"key": "create", "phase": "build_test", "title": "Create the release", "description": "Assemble and build the package from the definitive media library.", "anchor": "phase", "offset": 5},
  {"key": "environments", "phase": "build_test", "title": "Book the environments", "description": "Test and staging environments reserved until the rollout is over.", "anchor": "phase", "offset": 2, "group": "operations"},
  {"key": "train_build", "phase": "build_test", "title": "Build the training", "description": "Material for users, service desk, support and operations.", "anchor": "phase", "offset": 8, "after": ["create"], "mandatory": false},
  {"key": "train", "phase": "training", "title": "Deliver the training", "description": "Users and staff trained before the rollout.", "anchor": "deployment", "offset": -3, "group": "service_desk", "after": ["train_build"]},
  {"key": "brief", "phase": "rollout", "title": "Brief the service desk", "description": "What changes, what people will ask, known errors and workarounds.", "anchor": "deployment", "offset": -1, "group": "service_desk"},
  {"key": "update", "phase": "rollout", "title": "Update the systems", "description": "Deploy in the window, step by step, by the deployment plan.", "anchor": "deployment", "offset": 0, "group": "operations", "after": ["brief"]},
  {"key": "knowledge", "phase": "early_life", "title": "Transfer the knowledge", "description": "Operations and support can run the service without the project.", "anchor": "phase", "offset": 5, "group": "operations"},
  {"key": "handover", "phase": "early_life", "title": "Hand over to operations", "description": "Documentation, monitoring and on-call taken over.", "anchor": "phase", "offset": 8, "group": "operations", "after": ["knowledge"]}],
 "texts": {
  "deployment_plan": "1. Announce the start to the service desk\n2. Take a backup and check it\n3. Deploy to the pilot group, verify\n4. Deploy to everybody, verify\n5. Announce the end",
  "communication_plan": "- **A week before**: users and the service desk\n- **The day before**: a reminder\n- **At the start, at the end**: the service desk and operations",
  "back_out_plan": "Decide no later than half way through the window. Restore the backup, redeploy the previous baseline, verify, and tell the service desk."
}}$$ FROM categories WHERE key = 'major';

INSERT INTO models (key, version, category_id, name, definition) SELECT 'minor', 1, id, 'Minor release', $${"tasks": [
  {"key": "affected", "phase": "plan", "title": "Identify the affected systems", "description": "Every system, interface and team that will notice.", "anchor": "phase", "offset": 3, "group": "operations"},
  {"key": "create", "phase": "build_test", "title": "Create the release", "description": "Assemble and build the package from the definitive media library.", "anchor": "phase", "offset": 5},
  {"key": "environments", "phase": "build_test", "title": "Book the environments", "description": "Test and staging environments reserved until the rollout is over.", "anchor": "phase", "offset": 2, "group": "operations"},
  {"key": "brief", "phase": "rollout", "title": "Brief the service desk", "description": "What changes, what people will ask, known errors and workarounds.", "anchor": "deployment", "offset": -1, "group": "service_desk"},
  {"key": "update", "phase": "rollout", "title": "Update the systems", "description": "Deploy in the window, step by step, by the deployment plan.", "anchor": "deployment", "offset": 0, "group": "operations", "after": ["brief"]},
  {"key": "handover", "phase": "early_life", "title": "Hand over to operations", "description": "Documentation, monitoring and on-call taken over.", "anchor": "phase", "offset": 8, "group": "operations"}],
 "texts": {
  "deployment_plan": "1. Announce the start to the service desk\n2. Take a backup and check it\n3. Deploy to the pilot group, verify\n4. Deploy to everybody, verify\n5. Announce the end",
  "communication_plan": "- **A week before**: users and the service desk\n- **The day before**: a reminder\n- **At the start, at the end**: the service desk and operations",
  "back_out_plan": "Decide no later than half way through the window. Restore the backup, redeploy the previous baseline, verify, and tell the service desk."
}}$$ FROM categories WHERE key = 'minor';

INSERT INTO models (key, version, category_id, name, definition) SELECT 'emergency', 1, id, 'Emergency fix', $${"tasks": [
  {"key": "affected", "phase": "build_test", "title": "Identify the affected systems", "description": "Every system and team that will notice.", "anchor": "phase", "offset": 0, "group": "operations"},
  {"key": "create", "phase": "build_test", "title": "Create the release", "description": "Build the fix from the definitive media library.", "anchor": "phase", "offset": 0, "after": ["affected"]},
  {"key": "brief", "phase": "rollout", "title": "Brief the service desk", "description": "What was broken, what changes, what to tell users.", "anchor": "phase", "offset": 0, "group": "service_desk", "mandatory": false},
  {"key": "update", "phase": "rollout", "title": "Update the systems", "description": "Deploy the fix.", "anchor": "deployment", "offset": 0, "group": "operations"}],
 "texts": {
  "back_out_plan": "Redeploy the previous baseline, verify, and tell the service desk."
}}$$ FROM categories WHERE key = 'emergency';

