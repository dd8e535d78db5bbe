CREATE TABLE ab_user (
  id BIGINT NOT NULL AUTO_INCREMENT,
  first_name VARCHAR(256) NOT NULL DEFAULT '',
  last_name VARCHAR(256) NOT NULL DEFAULT '',
  username VARCHAR(512) NOT NULL,
  password VARCHAR(256),
  active BOOL NOT NULL DEFAULT true,
  email VARCHAR(512) NOT NULL DEFAULT '',
  last_login DATETIME(6),
  login_count INTEGER NOT NULL DEFAULT 0,
  fail_login_count INTEGER NOT NULL DEFAULT 0,
  created_on DATETIME(6),
  changed_on DATETIME(6),
  created_by_fk INTEGER,
  changed_by_fk INTEGER,
  `role` VARCHAR(64) NOT NULL DEFAULT 'Viewer',
  CONSTRAINT ab_user_pkey PRIMARY KEY (id),
  CONSTRAINT ab_user_username_uq UNIQUE (username)
);
CREATE TABLE backfill (
  id BIGINT NOT NULL AUTO_INCREMENT,
  dag_id VARCHAR(250) NOT NULL,
  from_date DATETIME(6) NOT NULL,
  to_date DATETIME(6) NOT NULL,
  dag_run_conf LONGTEXT,
  is_paused BOOL NOT NULL DEFAULT false,
  reprocess_behavior VARCHAR(50) NOT NULL DEFAULT 'none',
  max_active_runs INTEGER NOT NULL DEFAULT 10,
  created_at DATETIME(6) NOT NULL,
  completed_at DATETIME(6),
  updated_at DATETIME(6) NOT NULL,
  triggering_user_name VARCHAR(512),
  CONSTRAINT backfill_pkey PRIMARY KEY (id)
);
CREATE INDEX idx_backfill_dag_id ON backfill (dag_id);
CREATE TABLE connection (
  id BIGINT NOT NULL AUTO_INCREMENT,
  conn_id VARCHAR(250) NOT NULL,
  conn_type VARCHAR(500) NOT NULL,
  description TEXT,
  host VARCHAR(500),
  `schema` VARCHAR(500),
  login TEXT,
  password LONGTEXT,
  port INTEGER,
  is_encrypted BOOL NOT NULL DEFAULT false,
  is_extra_encrypted BOOL NOT NULL DEFAULT false,
  extra LONGTEXT,
  CONSTRAINT connection_pkey PRIMARY KEY (id),
  CONSTRAINT connection_conn_id_uq UNIQUE (conn_id)
);
CREATE TABLE dag (
  dag_id VARCHAR(250) NOT NULL,
  is_paused BOOL NOT NULL DEFAULT false,
  is_stale BOOL NOT NULL DEFAULT false,
  exceeds_max_non_backfill BOOL NOT NULL DEFAULT false,
  last_parsed_time DATETIME(6),
  last_parse_duration FLOAT,
  last_expired DATETIME(6),
  fileloc VARCHAR(2000) NOT NULL DEFAULT '',
  relative_fileloc VARCHAR(2000) NOT NULL DEFAULT '',
  bundle_name VARCHAR(250) NOT NULL DEFAULT 'dags-folder',
  bundle_version VARCHAR(200),
  owners VARCHAR(2000) NOT NULL DEFAULT '',
  dag_display_name VARCHAR(2000) NOT NULL DEFAULT '',
  description TEXT,
  timetable_type VARCHAR(255),
  timetable_summary TEXT,
  timetable_description VARCHAR(1000),
  asset_expression LONGTEXT,
  max_active_tasks INTEGER NOT NULL DEFAULT 16,
  max_active_runs INTEGER NOT NULL DEFAULT 16,
  max_consecutive_failed_dag_runs INTEGER NOT NULL DEFAULT 0,
  has_task_concurrency_limits BOOL NOT NULL DEFAULT false,
  has_import_errors BOOL NOT NULL DEFAULT false,
  fail_fast BOOL NOT NULL DEFAULT false,
  allowed_run_types TEXT,
  next_dagrun DATETIME(6),
  next_dagrun_data_interval_start DATETIME(6),
  next_dagrun_data_interval_end DATETIME(6),
  next_dagrun_create_after DATETIME(6),
  version_hash VARCHAR(64),
  row_version INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT dag_pkey PRIMARY KEY (dag_id)
);
CREATE INDEX idx_next_dagrun_create_after ON dag (next_dagrun_create_after);
CREATE TABLE dag_run (
  id BIGINT NOT NULL AUTO_INCREMENT,
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250) NOT NULL,
  state VARCHAR(50) NOT NULL,
  run_type VARCHAR(50) NOT NULL,
  logical_date DATETIME(6),
  data_interval_start DATETIME(6),
  data_interval_end DATETIME(6),
  run_after DATETIME(6) NOT NULL,
  queued_at DATETIME(6),
  start_date DATETIME(6),
  end_date DATETIME(6),
  triggered_by VARCHAR(50),
  triggering_user_name VARCHAR(512),
  conf LONGTEXT,
  creating_job_id INTEGER,
  last_scheduling_decision DATETIME(6),
  log_template_id INTEGER,
  updated_at DATETIME(6),
  clear_number INTEGER NOT NULL DEFAULT 0,
  backfill_id BIGINT,
  bundle_version VARCHAR(250),
  created_dag_version_id VARCHAR(36),
  partition_key VARCHAR(250),
  partition_date DATETIME(6),
  context_carrier TEXT,
  row_version INTEGER NOT NULL DEFAULT 0,
  last_writer BIGINT,
  version_hash VARCHAR(64),
  reason TEXT,
  options LONGTEXT,
  CONSTRAINT dag_run_pkey PRIMARY KEY (id),
  CONSTRAINT dag_run_dag_id_run_id_key UNIQUE (dag_id, run_id),
  CONSTRAINT dag_run_dag_id_logical_date_key UNIQUE (dag_id, logical_date)
);
CREATE INDEX idx_dag_run_active ON dag_run (state, dag_id);
CREATE INDEX idx_dag_run_backfill ON dag_run (backfill_id);
CREATE INDEX idx_dag_run_dag_id_run_after ON dag_run (dag_id, run_after);
CREATE TABLE import_error (
  id BIGINT NOT NULL AUTO_INCREMENT,
  timestamp DATETIME(6) NOT NULL,
  filename VARCHAR(1024) NOT NULL,
  bundle_name VARCHAR(250),
  stacktrace LONGTEXT NOT NULL,
  CONSTRAINT import_error_pkey PRIMARY KEY (id)
);
CREATE INDEX idx_import_error_filename ON import_error (filename(255));
CREATE TABLE inbox (
  id BIGINT NOT NULL AUTO_INCREMENT,
  shard INTEGER NOT NULL,
  attempt_id VARCHAR(36) NOT NULL,
  seq INTEGER NOT NULL,
  kind VARCHAR(50) NOT NULL,
  payload LONGTEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX idx_inbox_attempt_id ON inbox (attempt_id, seq);
CREATE INDEX idx_inbox_shard ON inbox (shard, id);
CREATE TABLE job (
  id BIGINT NOT NULL AUTO_INCREMENT,
  dag_id VARCHAR(250),
  state VARCHAR(20),
  job_type VARCHAR(30),
  start_date DATETIME(6),
  end_date DATETIME(6),
  latest_heartbeat DATETIME(6),
  executor_class VARCHAR(500),
  hostname VARCHAR(500),
  unixname VARCHAR(1000),
  address VARCHAR(500),
  CONSTRAINT job_pkey PRIMARY KEY (id)
);
CREATE INDEX job_type_heart ON job (job_type, latest_heartbeat);
CREATE TABLE log (
  id BIGINT NOT NULL AUTO_INCREMENT,
  dttm DATETIME(6) NOT NULL,
  dag_id VARCHAR(250),
  task_id VARCHAR(250),
  map_index INTEGER,
  event VARCHAR(60) NOT NULL,
  logical_date DATETIME(6),
  run_id VARCHAR(250),
  try_number INTEGER,
  owner VARCHAR(500),
  owner_display_name VARCHAR(500),
  extra LONGTEXT,
  CONSTRAINT log_pkey PRIMARY KEY (id)
);
CREATE INDEX idx_log_dag_id ON log (dag_id, dttm);
CREATE INDEX idx_log_dttm ON log (dttm);
CREATE TABLE scheduler_lease (
  owner VARCHAR(64) NOT NULL,
  hostname VARCHAR(250) NOT NULL,
  pid INTEGER NOT NULL,
  acquired_at DATETIME(6) NOT NULL,
  expires_at DATETIME(6) NOT NULL,
  fence INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT scheduler_lease_pkey PRIMARY KEY (owner)
);
CREATE TABLE scheduler_shard (
  shard INTEGER NOT NULL,
  owner VARCHAR(64),
  fence INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT scheduler_shard_pkey PRIMARY KEY (shard)
);
CREATE TABLE setting (
  name VARCHAR(250) NOT NULL,
  value LONGTEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  CONSTRAINT setting_pkey PRIMARY KEY (name)
);
CREATE TABLE sla_miss (
  task_id VARCHAR(250) NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  execution_date DATETIME(6) NOT NULL,
  email_sent INTEGER NOT NULL DEFAULT '0',
  timestamp DATETIME(6),
  description TEXT,
  notification_sent INTEGER NOT NULL DEFAULT '0',
  CONSTRAINT sla_miss_pkey PRIMARY KEY (task_id, dag_id, execution_date)
);
CREATE INDEX sm_dag ON sla_miss (dag_id);
CREATE TABLE slot_pool (
  id BIGINT NOT NULL AUTO_INCREMENT,
  pool VARCHAR(256) NOT NULL,
  slots INTEGER NOT NULL,
  description TEXT,
  include_deferred BOOL NOT NULL DEFAULT false,
  CONSTRAINT slot_pool_pkey PRIMARY KEY (id),
  CONSTRAINT slot_pool_pool_uq UNIQUE (pool)
);
CREATE TABLE `trigger` (
  id BIGINT NOT NULL AUTO_INCREMENT,
  classpath VARCHAR(1000) NOT NULL,
  kwargs LONGTEXT NOT NULL,
  created_date DATETIME(6) NOT NULL,
  triggerer_id INTEGER,
  queue VARCHAR(256),
  ti_id VARCHAR(36),
  CONSTRAINT trigger_pkey PRIMARY KEY (id)
);
CREATE INDEX idx_trigger_ti_id ON `trigger` (ti_id);
CREATE INDEX idx_trigger_triggerer_id ON `trigger` (triggerer_id);
CREATE TABLE variable (
  id BIGINT NOT NULL AUTO_INCREMENT,
  `key` VARCHAR(250) NOT NULL,
  val LONGTEXT,
  description TEXT,
  is_encrypted BOOL NOT NULL DEFAULT false,
  CONSTRAINT variable_pkey PRIMARY KEY (id),
  CONSTRAINT variable_key_uq UNIQUE (`key`)
);
CREATE TABLE backfill_dag_run (
  id BIGINT NOT NULL AUTO_INCREMENT,
  backfill_id BIGINT NOT NULL,
  dag_run_id BIGINT,
  exception_reason VARCHAR(250),
  logical_date DATETIME(6),
  partition_key VARCHAR(250),
  sort_ordinal INTEGER NOT NULL,
  CONSTRAINT backfill_dag_run_pkey PRIMARY KEY (id),
  CONSTRAINT backfill_dag_run_backfill_fkey FOREIGN KEY(backfill_id) REFERENCES backfill (id) ON DELETE CASCADE,
  CONSTRAINT backfill_dag_run_dag_run_fkey FOREIGN KEY(dag_run_id) REFERENCES dag_run (id) ON DELETE SET NULL
);
CREATE INDEX ix_bdr_backfill_id ON backfill_dag_run (backfill_id, sort_ordinal);
CREATE INDEX ix_bdr_dag_run_id ON backfill_dag_run (dag_run_id);
CREATE TABLE callback (
  id BIGINT NOT NULL AUTO_INCREMENT,
  type VARCHAR(20) NOT NULL,
  fetch_method VARCHAR(20) NOT NULL DEFAULT 'dag_attribute',
  data LONGTEXT NOT NULL,
  state VARCHAR(10) NOT NULL DEFAULT 'pending',
  output LONGTEXT,
  priority_weight INTEGER NOT NULL DEFAULT 1,
  created_at DATETIME(6) NOT NULL,
  trigger_id BIGINT,
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250),
  ti_id VARCHAR(36),
  dispatch INTEGER NOT NULL DEFAULT 0,
  sent_at DATETIME(6),
  CONSTRAINT callback_pkey PRIMARY KEY (id),
  CONSTRAINT callback_dag_run_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE
);
CREATE INDEX idx_callback_dag_id_run_id ON callback (dag_id, run_id);
CREATE INDEX idx_callback_state ON callback (state);
CREATE TABLE dag_owner_attributes (
  dag_id VARCHAR(250) NOT NULL,
  owner VARCHAR(500) NOT NULL,
  link VARCHAR(500) NOT NULL,
  CONSTRAINT dag_owner_attributes_pkey PRIMARY KEY (dag_id, owner),
  CONSTRAINT dag_owner_attributes_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
);
CREATE TABLE dag_run_note (
  dag_run_id BIGINT NOT NULL,
  user_id VARCHAR(128),
  content TEXT,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  CONSTRAINT dag_run_note_pkey PRIMARY KEY (dag_run_id),
  CONSTRAINT dag_run_note_dag_run_fkey FOREIGN KEY(dag_run_id) REFERENCES dag_run (id) ON DELETE CASCADE
);
CREATE TABLE dag_tag (
  dag_id VARCHAR(250) NOT NULL,
  name VARCHAR(100) NOT NULL,
  CONSTRAINT dag_tag_pkey PRIMARY KEY (dag_id, name),
  CONSTRAINT dag_tag_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
);
CREATE INDEX idx_dag_tag_name ON dag_tag (name);
CREATE TABLE dag_version (
  id VARCHAR(36) NOT NULL,
  version_number INTEGER NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  bundle_name VARCHAR(250),
  bundle_version VARCHAR(250),
  created_at DATETIME(6) NOT NULL,
  last_updated DATETIME(6) NOT NULL,
  CONSTRAINT dag_version_pkey PRIMARY KEY (id),
  CONSTRAINT dag_version_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE,
  CONSTRAINT dag_id_v_name_v_number_unique_constraint UNIQUE (dag_id, version_number)
);
CREATE TABLE dag_warning (
  dag_id VARCHAR(250) NOT NULL,
  warning_type VARCHAR(50) NOT NULL,
  message TEXT NOT NULL,
  timestamp DATETIME(6) NOT NULL,
  CONSTRAINT dag_warning_pkey PRIMARY KEY (dag_id, warning_type),
  CONSTRAINT dag_warning_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
);
CREATE TABLE rendered_task_instance_fields (
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250) NOT NULL,
  task_id VARCHAR(250) NOT NULL,
  map_index INTEGER NOT NULL,
  rendered_fields LONGTEXT NOT NULL,
  k8s_pod_yaml LONGTEXT,
  CONSTRAINT rendered_task_instance_fields_pkey PRIMARY KEY (dag_id, run_id, task_id, map_index),
  CONSTRAINT rendered_task_instance_fields_dag_run_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE
);
CREATE TABLE task_instance (
  id VARCHAR(36) NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250) NOT NULL,
  task_id VARCHAR(250) NOT NULL,
  map_index INTEGER NOT NULL DEFAULT (-1),
  state VARCHAR(20),
  try_number INTEGER NOT NULL DEFAULT 0,
  max_tries INTEGER NOT NULL DEFAULT 0,
  start_date DATETIME(6),
  end_date DATETIME(6),
  duration FLOAT,
  hostname VARCHAR(1000),
  unixname VARCHAR(1000),
  pid INTEGER,
  pool VARCHAR(256) NOT NULL DEFAULT 'default_pool',
  pool_slots INTEGER NOT NULL DEFAULT 1,
  queue VARCHAR(256),
  priority_weight INTEGER NOT NULL DEFAULT 1,
  operator VARCHAR(1000),
  custom_operator_name VARCHAR(1000),
  queued_dttm DATETIME(6),
  scheduled_dttm DATETIME(6),
  queued_by_job_id INTEGER,
  last_heartbeat_at DATETIME(6),
  executor VARCHAR(1000),
  executor_config LONGTEXT,
  updated_at DATETIME(6),
  rendered_map_index VARCHAR(250),
  external_executor_id TEXT,
  trigger_id BIGINT,
  trigger_timeout DATETIME(6),
  next_method VARCHAR(1000),
  next_kwargs LONGTEXT,
  task_display_name VARCHAR(2000),
  dag_version_id VARCHAR(36),
  retry_delay_override FLOAT,
  retry_reason VARCHAR(500),
  context_carrier TEXT,
  dispatch INTEGER NOT NULL DEFAULT 0,
  lost INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  first_start DATETIME(6),
  reschedule_date DATETIME(6),
  claim VARCHAR(200),
  CONSTRAINT task_instance_pkey PRIMARY KEY (id),
  CONSTRAINT task_instance_dag_run_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE,
  CONSTRAINT task_instance_composite_key UNIQUE (dag_id, run_id, task_id, map_index)
);
CREATE INDEX idx_task_instance_held ON task_instance (state);
CREATE TABLE task_instance_history (
  task_instance_id VARCHAR(36) NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250) NOT NULL,
  task_id VARCHAR(250) NOT NULL,
  map_index INTEGER NOT NULL DEFAULT (-1),
  state VARCHAR(20),
  try_number INTEGER NOT NULL DEFAULT 0,
  max_tries INTEGER NOT NULL DEFAULT 0,
  start_date DATETIME(6),
  end_date DATETIME(6),
  duration FLOAT,
  hostname VARCHAR(1000),
  unixname VARCHAR(1000),
  pid INTEGER,
  pool VARCHAR(256) NOT NULL DEFAULT 'default_pool',
  pool_slots INTEGER NOT NULL DEFAULT 1,
  queue VARCHAR(256),
  priority_weight INTEGER NOT NULL DEFAULT 1,
  operator VARCHAR(1000),
  custom_operator_name VARCHAR(1000),
  queued_dttm DATETIME(6),
  scheduled_dttm DATETIME(6),
  queued_by_job_id INTEGER,
  last_heartbeat_at DATETIME(6),
  executor VARCHAR(1000),
  executor_config LONGTEXT,
  updated_at DATETIME(6),
  rendered_map_index VARCHAR(250),
  external_executor_id TEXT,
  trigger_id BIGINT,
  trigger_timeout DATETIME(6),
  next_method VARCHAR(1000),
  next_kwargs LONGTEXT,
  task_display_name VARCHAR(2000),
  dag_version_id VARCHAR(36),
  retry_delay_override FLOAT,
  retry_reason VARCHAR(500),
  context_carrier TEXT,
  dispatch INTEGER NOT NULL DEFAULT 0,
  lost INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  first_start DATETIME(6),
  reschedule_date DATETIME(6),
  claim VARCHAR(200),
  CONSTRAINT task_instance_history_pkey PRIMARY KEY (task_instance_id),
  CONSTRAINT task_instance_history_dag_run_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE
);
CREATE INDEX idx_task_instance_history_key ON task_instance_history (dag_id, run_id, task_id, map_index);
CREATE TABLE task_map (
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250) NOT NULL,
  task_id VARCHAR(250) NOT NULL,
  map_index INTEGER NOT NULL,
  length INTEGER NOT NULL,
  `keys` LONGTEXT,
  CONSTRAINT task_map_pkey PRIMARY KEY (dag_id, run_id, task_id, map_index),
  CONSTRAINT task_map_dag_run_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE
);
CREATE TABLE xcom (
  dag_run_id BIGINT NOT NULL,
  task_id VARCHAR(250) NOT NULL,
  map_index INTEGER NOT NULL,
  `key` VARCHAR(512) NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250) NOT NULL,
  value LONGTEXT,
  timestamp DATETIME(6) NOT NULL,
  dag_result BOOL NOT NULL DEFAULT false,
  CONSTRAINT xcom_pkey PRIMARY KEY (dag_run_id, task_id, map_index, `key`),
  CONSTRAINT xcom_dag_run_fkey FOREIGN KEY(dag_run_id) REFERENCES dag_run (id) ON DELETE CASCADE
);
CREATE TABLE dag_code (
  id VARCHAR(36) NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  fileloc VARCHAR(2000) NOT NULL,
  created_at DATETIME(6) NOT NULL,
  last_updated DATETIME(6) NOT NULL,
  source_code LONGTEXT NOT NULL,
  source_code_hash VARCHAR(64) NOT NULL,
  dag_version_id VARCHAR(36) NOT NULL,
  CONSTRAINT dag_code_pkey PRIMARY KEY (id),
  CONSTRAINT dag_code_dag_version_fkey FOREIGN KEY(dag_version_id) REFERENCES dag_version (id) ON DELETE CASCADE,
  CONSTRAINT dag_code_dag_version_id_uq UNIQUE (dag_version_id)
);
CREATE TABLE serialized_dag (
  id VARCHAR(36) NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  data LONGTEXT NOT NULL,
  created_at DATETIME(6) NOT NULL,
  last_updated DATETIME(6) NOT NULL,
  dag_hash VARCHAR(64) NOT NULL,
  dag_version_id VARCHAR(36) NOT NULL,
  CONSTRAINT serialized_dag_pkey PRIMARY KEY (id),
  CONSTRAINT serialized_dag_dag_version_fkey FOREIGN KEY(dag_version_id) REFERENCES dag_version (id) ON DELETE CASCADE,
  CONSTRAINT serialized_dag_dag_version_id_uq UNIQUE (dag_version_id)
);
CREATE INDEX idx_serialized_dag_dag_id_dag_hash ON serialized_dag (dag_id, dag_hash);
CREATE TABLE task_instance_note (
  ti_id VARCHAR(36) NOT NULL,
  user_id VARCHAR(128),
  content TEXT,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  CONSTRAINT task_instance_note_pkey PRIMARY KEY (ti_id),
  CONSTRAINT task_instance_note_task_instance_fkey FOREIGN KEY(ti_id) REFERENCES task_instance (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE task_reschedule (
  id BIGINT NOT NULL AUTO_INCREMENT,
  ti_id VARCHAR(36) NOT NULL,
  start_date DATETIME(6) NOT NULL,
  end_date DATETIME(6) NOT NULL,
  duration INTEGER NOT NULL,
  reschedule_date DATETIME(6) NOT NULL,
  CONSTRAINT task_reschedule_pkey PRIMARY KEY (id),
  CONSTRAINT task_reschedule_task_instance_fkey FOREIGN KEY(ti_id) REFERENCES task_instance (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX idx_task_reschedule_ti_id ON task_reschedule (ti_id);
INSERT INTO slot_pool (pool, slots, description, include_deferred) VALUES ('default_pool', 128, 'Default pool', 0);
INSERT INTO scheduler_shard (shard, fence) VALUES
  (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 0), (12, 0), (13, 0), (14, 0), (15, 0),
  (16, 0), (17, 0), (18, 0), (19, 0), (20, 0), (21, 0), (22, 0), (23, 0), (24, 0), (25, 0), (26, 0), (27, 0), (28, 0), (29, 0), (30, 0), (31, 0),
  (32, 0), (33, 0), (34, 0), (35, 0), (36, 0), (37, 0), (38, 0), (39, 0), (40, 0), (41, 0), (42, 0), (43, 0), (44, 0), (45, 0), (46, 0), (47, 0),
  (48, 0), (49, 0), (50, 0), (51, 0), (52, 0), (53, 0), (54, 0), (55, 0), (56, 0), (57, 0), (58, 0), (59, 0), (60, 0), (61, 0), (62, 0), (63, 0),
  (64, 0), (65, 0), (66, 0), (67, 0), (68, 0), (69, 0), (70, 0), (71, 0), (72, 0), (73, 0), (74, 0), (75, 0), (76, 0), (77, 0), (78, 0), (79, 0),
  (80, 0), (81, 0), (82, 0), (83, 0), (84, 0), (85, 0), (86, 0), (87, 0), (88, 0), (89, 0), (90, 0), (91, 0), (92, 0), (93, 0), (94, 0), (95, 0),
  (96, 0), (97, 0), (98, 0), (99, 0), (100, 0), (101, 0), (102, 0), (103, 0), (104, 0), (105, 0), (106, 0), (107, 0), (108, 0), (109, 0), (110, 0), (111, 0),
  (112, 0), (113, 0), (114, 0), (115, 0), (116, 0), (117, 0), (118, 0), (119, 0), (120, 0), (121, 0), (122, 0), (123, 0), (124, 0), (125, 0), (126, 0), (127, 0),
  (128, 0), (129, 0), (130, 0), (131, 0), (132, 0), (133, 0), (134, 0), (135, 0), (136, 0), (137, 0), (138, 0), (139, 0), (140, 0), (141, 0), (142, 0), (143, 0),
  (144, 0), (145, 0), (146, 0), (147, 0), (148, 0), (149, 0), (150, 0), (151, 0), (152, 0), (153, 0), (154, 0), (155, 0), (156, 0), (157, 0), (158, 0), (159, 0),
  (160, 0), (161, 0), (162, 0), (163, 0), (164, 0), (165, 0), (166, 0), (167, 0), (168, 0), (169, 0), (170, 0), (171, 0), (172, 0), (173, 0), (174, 0), (175, 0),
  (176, 0), (177, 0), (178, 0), (179, 0), (180, 0), (181, 0), (182, 0), (183, 0), (184, 0), (185, 0), (186, 0), (187, 0), (188, 0), (189, 0), (190, 0), (191, 0),
  (192, 0), (193, 0), (194, 0), (195, 0), (196, 0), (197, 0), (198, 0), (199, 0), (200, 0), (201, 0), (202, 0), (203, 0), (204, 0), (205, 0), (206, 0), (207, 0),
  (208, 0), (209, 0), (210, 0), (211, 0), (212, 0), (213, 0), (214, 0), (215, 0), (216, 0), (217, 0), (218, 0), (219, 0), (220, 0), (221, 0), (222, 0), (223, 0),
  (224, 0), (225, 0), (226, 0), (227, 0), (228, 0), (229, 0), (230, 0), (231, 0), (232, 0), (233, 0), (234, 0), (235, 0), (236, 0), (237, 0), (238, 0), (239, 0),
  (240, 0), (241, 0), (242, 0), (243, 0), (244, 0), (245, 0), (246, 0), (247, 0), (248, 0), (249, 0), (250, 0), (251, 0), (252, 0), (253, 0), (254, 0), (255, 0);
