DROP TABLE early_life_team, known_errors, early_life_issues, exit_readings, exit_metrics, early_life_plans;
