DROP TABLE approvals, approval_steps, approval_contents, approval_rounds, task_predecessors, tasks, models;
