DROP TABLE ended_workflow_drafts;
