CREATE TABLE ab_user (
  id BIGSERIAL NOT NULL,
  first_name VARCHAR(256) DEFAULT '' NOT NULL,
  last_name VARCHAR(256) DEFAULT '' NOT NULL,
  username VARCHAR(512) NOT NULL,
  password VARCHAR(256),
  active BOOLEAN DEFAULT true NOT NULL,
  email VARCHAR(512) DEFAULT '' NOT NULL,
  last_login TIMESTAMP WITH TIME ZONE,
  login_count INTEGER DEFAULT 0 NOT NULL,
  fail_login_count INTEGER DEFAULT 0 NOT NULL,
  created_on TIMESTAMP WITH TIME ZONE,
  changed_on TIMESTAMP WITH TIME ZONE,
  created_by_fk INTEGER,
  changed_by_fk INTEGER,
  role VARCHAR(64) DEFAULT 'Viewer' NOT NULL,
  CONSTRAINT ab_user_pkey PRIMARY KEY (id),
  CONSTRAINT ab_user_username_uq UNIQUE (username)
);
CREATE TABLE backfill (
  id BIGSERIAL NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  from_date TIMESTAMP WITH TIME ZONE NOT NULL,
  to_date TIMESTAMP WITH TIME ZONE NOT NULL,
  dag_run_conf TEXT,
  is_paused BOOLEAN DEFAULT false NOT NULL,
  reprocess_behavior VARCHAR(50) DEFAULT 'none' NOT NULL,
  max_active_runs INTEGER DEFAULT 10 NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  completed_at TIMESTAMP WITH TIME ZONE,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  triggering_user_name VARCHAR(512),
  CONSTRAINT backfill_pkey PRIMARY KEY (id)
);
CREATE INDEX idx_backfill_dag_id ON backfill (dag_id);
CREATE TABLE connection (
  id BIGSERIAL NOT NULL,
  conn_id VARCHAR(250) NOT NULL,
  conn_type VARCHAR(500) NOT NULL,
  description TEXT,
  host VARCHAR(500),
  schema VARCHAR(500),
  login TEXT,
  password TEXT,
  port INTEGER,
  is_encrypted BOOLEAN DEFAULT false NOT NULL,
  is_extra_encrypted BOOLEAN DEFAULT false NOT NULL,
  extra TEXT,
  CONSTRAINT connection_pkey PRIMARY KEY (id),
  CONSTRAINT connection_conn_id_uq UNIQUE (conn_id)
);
CREATE TABLE dag (
  dag_id VARCHAR(250) NOT NULL,
  is_paused BOOLEAN DEFAULT false NOT NULL,
  is_stale BOOLEAN DEFAULT false NOT NULL,
  exceeds_max_non_backfill BOOLEAN DEFAULT false NOT NULL,
  last_parsed_time TIMESTAMP WITH TIME ZONE,
  last_parse_duration FLOAT,
  last_expired TIMESTAMP WITH TIME ZONE,
  fileloc VARCHAR(2000) DEFAULT '' NOT NULL,
  relative_fileloc VARCHAR(2000) DEFAULT '' NOT NULL,
  bundle_name VARCHAR(250) DEFAULT 'dags-folder' NOT NULL,
  bundle_version VARCHAR(200),
  owners VARCHAR(2000) DEFAULT '' NOT NULL,
  dag_display_name VARCHAR(2000) DEFAULT '' NOT NULL,
  description TEXT,
  timetable_type VARCHAR(255),
  timetable_summary TEXT,
  timetable_description VARCHAR(1000),
  asset_expression TEXT,
  max_active_tasks INTEGER DEFAULT 16 NOT NULL,
  max_active_runs INTEGER DEFAULT 16 NOT NULL,
  max_consecutive_failed_dag_runs INTEGER DEFAULT 0 NOT NULL,
  has_task_concurrency_limits BOOLEAN DEFAULT false NOT NULL,
  has_import_errors BOOLEAN DEFAULT false NOT NULL,
  fail_fast BOOLEAN DEFAULT false NOT NULL,
  allowed_run_types TEXT,
  next_dagrun TIMESTAMP WITH TIME ZONE,
  next_dagrun_data_interval_start TIMESTAMP WITH TIME ZONE,
  next_dagrun_data_interval_end TIMESTAMP WITH TIME ZONE,
  next_dagrun_create_after TIMESTAMP WITH TIME ZONE,
  version_hash VARCHAR(64),
  row_version INTEGER DEFAULT 0 NOT NULL,
  CONSTRAINT dag_pkey PRIMARY KEY (dag_id)
);
CREATE INDEX idx_next_dagrun_create_after ON dag (next_dagrun_create_after);
CREATE TABLE dag_run (
  id BIGSERIAL NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250) NOT NULL,
  state VARCHAR(50) NOT NULL,
  run_type VARCHAR(50) NOT NULL,
  logical_date TIMESTAMP WITH TIME ZONE,
  data_interval_start TIMESTAMP WITH TIME ZONE,
  data_interval_end TIMESTAMP WITH TIME ZONE,
  run_after TIMESTAMP WITH TIME ZONE NOT NULL,
  queued_at TIMESTAMP WITH TIME ZONE,
  start_date TIMESTAMP WITH TIME ZONE,
  end_date TIMESTAMP WITH TIME ZONE,
  triggered_by VARCHAR(50),
  triggering_user_name VARCHAR(512),
  conf TEXT,
  creating_job_id INTEGER,
  last_scheduling_decision TIMESTAMP WITH TIME ZONE,
  log_template_id INTEGER,
  updated_at TIMESTAMP WITH TIME ZONE,
  clear_number INTEGER DEFAULT 0 NOT NULL,
  backfill_id BIGINT,
  bundle_version VARCHAR(250),
  created_dag_version_id UUID,
  partition_key VARCHAR(250),
  partition_date TIMESTAMP WITH TIME ZONE,
  context_carrier TEXT,
  row_version INTEGER DEFAULT 0 NOT NULL,
  last_writer BIGINT,
  version_hash VARCHAR(64),
  reason TEXT,
  options TEXT,
  CONSTRAINT dag_run_pkey PRIMARY KEY (id),
  CONSTRAINT dag_run_dag_id_run_id_key UNIQUE (dag_id, run_id),
  CONSTRAINT dag_run_dag_id_logical_date_key UNIQUE (dag_id, logical_date)
);
CREATE INDEX idx_dag_run_active ON dag_run (state, dag_id) WHERE state IN ('queued', 'running');
CREATE INDEX idx_dag_run_backfill ON dag_run (backfill_id) WHERE backfill_id IS NOT NULL;
CREATE INDEX idx_dag_run_dag_id_run_after ON dag_run (dag_id, run_after);
CREATE TABLE import_error (
  id BIGSERIAL NOT NULL,
  timestamp TIMESTAMP WITH TIME ZONE NOT NULL,
  filename VARCHAR(1024) NOT NULL,
  bundle_name VARCHAR(250),
  stacktrace TEXT NOT NULL,
  CONSTRAINT import_error_pkey PRIMARY KEY (id)
);
CREATE INDEX idx_import_error_filename ON import_error (filename);
CREATE TABLE inbox (
  id BIGSERIAL NOT NULL,
  shard INTEGER NOT NULL,
  attempt_id UUID NOT NULL,
  seq INTEGER NOT NULL,
  kind VARCHAR(50) NOT NULL,
  payload TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX idx_inbox_attempt_id ON inbox (attempt_id, seq);
CREATE INDEX idx_inbox_shard ON inbox (shard, id);
CREATE TABLE job (
  id BIGSERIAL NOT NULL,
  dag_id VARCHAR(250),
  state VARCHAR(20),
  job_type VARCHAR(30),
  start_date TIMESTAMP WITH TIME ZONE,
  end_date TIMESTAMP WITH TIME ZONE,
  latest_heartbeat TIMESTAMP WITH TIME ZONE,
  executor_class VARCHAR(500),
  hostname VARCHAR(500),
  unixname VARCHAR(1000),
  address VARCHAR(500),
  CONSTRAINT job_pkey PRIMARY KEY (id)
);
CREATE INDEX job_type_heart ON job (job_type, latest_heartbeat);
CREATE TABLE log (
  id BIGSERIAL NOT NULL,
  dttm TIMESTAMP WITH TIME ZONE NOT NULL,
  dag_id VARCHAR(250),
  task_id VARCHAR(250),
  map_index INTEGER,
  event VARCHAR(60) NOT NULL,
  logical_date TIMESTAMP WITH TIME ZONE,
  run_id VARCHAR(250),
  try_number INTEGER,
  owner VARCHAR(500),
  owner_display_name VARCHAR(500),
  extra TEXT,
  CONSTRAINT log_pkey PRIMARY KEY (id)
);
CREATE INDEX idx_log_dag_id ON log (dag_id, dttm);
CREATE INDEX idx_log_dttm ON log (dttm);
CREATE TABLE scheduler_lease (
  owner VARCHAR(64) NOT NULL,
  hostname VARCHAR(250) NOT NULL,
  pid INTEGER NOT NULL,
  acquired_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  fence INTEGER DEFAULT 0 NOT NULL,
  CONSTRAINT scheduler_lease_pkey PRIMARY KEY (owner)
);
CREATE TABLE scheduler_shard (
  shard INTEGER NOT NULL,
  owner VARCHAR(64),
  fence INTEGER DEFAULT 0 NOT NULL,
  CONSTRAINT scheduler_shard_pkey PRIMARY KEY (shard)
);
CREATE TABLE setting (
  name VARCHAR(250) NOT NULL,
  value TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT setting_pkey PRIMARY KEY (name)
);
CREATE TABLE sla_miss (
  task_id VARCHAR(250) NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  execution_date TIMESTAMP WITH TIME ZONE NOT NULL,
  email_sent INTEGER DEFAULT '0' NOT NULL,
  timestamp TIMESTAMP WITH TIME ZONE,
  description TEXT,
  notification_sent INTEGER DEFAULT '0' NOT NULL,
  CONSTRAINT sla_miss_pkey PRIMARY KEY (task_id, dag_id, execution_date)
);
CREATE INDEX sm_dag ON sla_miss (dag_id);
CREATE TABLE slot_pool (
  id BIGSERIAL NOT NULL,
  pool VARCHAR(256) NOT NULL,
  slots INTEGER NOT NULL,
  description TEXT,
  include_deferred BOOLEAN DEFAULT false NOT NULL,
  CONSTRAINT slot_pool_pkey PRIMARY KEY (id),
  CONSTRAINT slot_pool_pool_uq UNIQUE (pool)
);
CREATE TABLE trigger (
  id BIGSERIAL NOT NULL,
  classpath VARCHAR(1000) NOT NULL,
  kwargs TEXT NOT NULL,
  created_date TIMESTAMP WITH TIME ZONE NOT NULL,
  triggerer_id INTEGER,
  queue VARCHAR(256),
  ti_id UUID,
  CONSTRAINT trigger_pkey PRIMARY KEY (id)
);
CREATE INDEX idx_trigger_ti_id ON trigger (ti_id);
CREATE INDEX idx_trigger_triggerer_id ON trigger (triggerer_id);
CREATE TABLE variable (
  id BIGSERIAL NOT NULL,
  key VARCHAR(250) NOT NULL,
  val TEXT,
  description TEXT,
  is_encrypted BOOLEAN DEFAULT false NOT NULL,
  CONSTRAINT variable_pkey PRIMARY KEY (id),
  CONSTRAINT variable_key_uq UNIQUE (key)
);
CREATE TABLE backfill_dag_run (
  id BIGSERIAL NOT NULL,
  backfill_id BIGINT NOT NULL,
  dag_run_id BIGINT,
  exception_reason VARCHAR(250),
  logical_date TIMESTAMP WITH TIME ZONE,
  partition_key VARCHAR(250),
  sort_ordinal INTEGER NOT NULL,
  CONSTRAINT backfill_dag_run_pkey PRIMARY KEY (id),
  CONSTRAINT backfill_dag_run_backfill_fkey FOREIGN KEY(backfill_id) REFERENCES backfill (id) ON DELETE CASCADE,
  CONSTRAINT backfill_dag_run_dag_run_fkey FOREIGN KEY(dag_run_id) REFERENCES dag_run (id) ON DELETE SET NULL
);
CREATE INDEX ix_bdr_backfill_id ON backfill_dag_run (backfill_id, sort_ordinal);
CREATE INDEX ix_bdr_dag_run_id ON backfill_dag_run (dag_run_id);
CREATE TABLE callback (
  id BIGSERIAL NOT NULL,
  type VARCHAR(20) NOT NULL,
  fetch_method VARCHAR(20) DEFAULT 'dag_attribute' NOT NULL,
  data TEXT NOT NULL,
  state VARCHAR(10) DEFAULT 'pending' NOT NULL,
  output TEXT,
  priority_weight INTEGER DEFAULT 1 NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  trigger_id BIGINT,
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250),
  ti_id UUID,
  dispatch INTEGER DEFAULT 0 NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE,
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
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
  id UUID NOT NULL,
  version_number INTEGER NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  bundle_name VARCHAR(250),
  bundle_version VARCHAR(250),
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  last_updated TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT dag_version_pkey PRIMARY KEY (id),
  CONSTRAINT dag_version_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE,
  CONSTRAINT dag_id_v_name_v_number_unique_constraint UNIQUE (dag_id, version_number)
);
CREATE TABLE dag_warning (
  dag_id VARCHAR(250) NOT NULL,
  warning_type VARCHAR(50) NOT NULL,
  message TEXT NOT NULL,
  timestamp TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT dag_warning_pkey PRIMARY KEY (dag_id, warning_type),
  CONSTRAINT dag_warning_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
);
CREATE TABLE rendered_task_instance_fields (
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250) NOT NULL,
  task_id VARCHAR(250) NOT NULL,
  map_index INTEGER NOT NULL,
  rendered_fields TEXT NOT NULL,
  k8s_pod_yaml TEXT,
  CONSTRAINT rendered_task_instance_fields_pkey PRIMARY KEY (dag_id, run_id, task_id, map_index),
  CONSTRAINT rendered_task_instance_fields_dag_run_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE
);
CREATE TABLE task_instance (
  id UUID NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250) NOT NULL,
  task_id VARCHAR(250) NOT NULL,
  map_index INTEGER DEFAULT -1 NOT NULL,
  state VARCHAR(20),
  try_number INTEGER DEFAULT 0 NOT NULL,
  max_tries INTEGER DEFAULT 0 NOT NULL,
  start_date TIMESTAMP WITH TIME ZONE,
  end_date TIMESTAMP WITH TIME ZONE,
  duration FLOAT,
  hostname VARCHAR(1000),
  unixname VARCHAR(1000),
  pid INTEGER,
  pool VARCHAR(256) DEFAULT 'default_pool' NOT NULL,
  pool_slots INTEGER DEFAULT 1 NOT NULL,
  queue VARCHAR(256),
  priority_weight INTEGER DEFAULT 1 NOT NULL,
  operator VARCHAR(1000),
  custom_operator_name VARCHAR(1000),
  queued_dttm TIMESTAMP WITH TIME ZONE,
  scheduled_dttm TIMESTAMP WITH TIME ZONE,
  queued_by_job_id INTEGER,
  last_heartbeat_at TIMESTAMP WITH TIME ZONE,
  executor VARCHAR(1000),
  executor_config TEXT,
  updated_at TIMESTAMP WITH TIME ZONE,
  rendered_map_index VARCHAR(250),
  external_executor_id TEXT,
  trigger_id BIGINT,
  trigger_timeout TIMESTAMP WITH TIME ZONE,
  next_method VARCHAR(1000),
  next_kwargs TEXT,
  task_display_name VARCHAR(2000),
  dag_version_id UUID,
  retry_delay_override FLOAT,
  retry_reason VARCHAR(500),
  context_carrier TEXT,
  dispatch INTEGER DEFAULT 0 NOT NULL,
  lost INTEGER DEFAULT 0 NOT NULL,
  reason TEXT,
  first_start TIMESTAMP WITH TIME ZONE,
  reschedule_date TIMESTAMP WITH TIME ZONE,
  claim VARCHAR(200),
  CONSTRAINT task_instance_pkey PRIMARY KEY (id),
  CONSTRAINT task_instance_dag_run_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE,
  CONSTRAINT task_instance_composite_key UNIQUE (dag_id, run_id, task_id, map_index)
);
CREATE INDEX idx_task_instance_held ON task_instance (state) WHERE state IN ('queued', 'running', 'restarting', 'deferred', 'awaiting_input');
CREATE TABLE task_instance_history (
  task_instance_id UUID NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250) NOT NULL,
  task_id VARCHAR(250) NOT NULL,
  map_index INTEGER DEFAULT -1 NOT NULL,
  state VARCHAR(20),
  try_number INTEGER DEFAULT 0 NOT NULL,
  max_tries INTEGER DEFAULT 0 NOT NULL,
  start_date TIMESTAMP WITH TIME ZONE,
  end_date TIMESTAMP WITH TIME ZONE,
  duration FLOAT,
  hostname VARCHAR(1000),
  unixname VARCHAR(1000),
  pid INTEGER,
  pool VARCHAR(256) DEFAULT 'default_pool' NOT NULL,
  pool_slots INTEGER DEFAULT 1 NOT NULL,
  queue VARCHAR(256),
  priority_weight INTEGER DEFAULT 1 NOT NULL,
  operator VARCHAR(1000),
  custom_operator_name VARCHAR(1000),
  queued_dttm TIMESTAMP WITH TIME ZONE,
  scheduled_dttm TIMESTAMP WITH TIME ZONE,
  queued_by_job_id INTEGER,
  last_heartbeat_at TIMESTAMP WITH TIME ZONE,
  executor VARCHAR(1000),
  executor_config TEXT,
  updated_at TIMESTAMP WITH TIME ZONE,
  rendered_map_index VARCHAR(250),
  external_executor_id TEXT,
  trigger_id BIGINT,
  trigger_timeout TIMESTAMP WITH TIME ZONE,
  next_method VARCHAR(1000),
  next_kwargs TEXT,
  task_display_name VARCHAR(2000),
  dag_version_id UUID,
  retry_delay_override FLOAT,
  retry_reason VARCHAR(500),
  context_carrier TEXT,
  dispatch INTEGER DEFAULT 0 NOT NULL,
  lost INTEGER DEFAULT 0 NOT NULL,
  reason TEXT,
  first_start TIMESTAMP WITH TIME ZONE,
  reschedule_date TIMESTAMP WITH TIME ZONE,
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
  keys TEXT,
  CONSTRAINT task_map_pkey PRIMARY KEY (dag_id, run_id, task_id, map_index),
  CONSTRAINT task_map_dag_run_fkey FOREIGN KEY(dag_id, run_id) REFERENCES dag_run (dag_id, run_id) ON DELETE CASCADE
);
CREATE TABLE xcom (
  dag_run_id BIGINT NOT NULL,
  task_id VARCHAR(250) NOT NULL,
  map_index INTEGER NOT NULL,
  key VARCHAR(512) NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  run_id VARCHAR(250) NOT NULL,
  value TEXT,
  timestamp TIMESTAMP WITH TIME ZONE NOT NULL,
  dag_result BOOLEAN DEFAULT false NOT NULL,
  CONSTRAINT xcom_pkey PRIMARY KEY (dag_run_id, task_id, map_index, key),
  CONSTRAINT xcom_dag_run_fkey FOREIGN KEY(dag_run_id) REFERENCES dag_run (id) ON DELETE CASCADE
);
CREATE TABLE dag_code (
  id UUID NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  fileloc VARCHAR(2000) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  last_updated TIMESTAMP WITH TIME ZONE NOT NULL,
  source_code TEXT NOT NULL,
  source_code_hash VARCHAR(64) NOT NULL,
  dag_version_id UUID NOT NULL,
  CONSTRAINT dag_code_pkey PRIMARY KEY (id),
  CONSTRAINT dag_code_dag_version_fkey FOREIGN KEY(dag_version_id) REFERENCES dag_version (id) ON DELETE CASCADE,
  CONSTRAINT dag_code_dag_version_id_uq UNIQUE (dag_version_id)
);
CREATE TABLE serialized_dag (
  id UUID NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  data TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  last_updated TIMESTAMP WITH TIME ZONE NOT NULL,
  dag_hash VARCHAR(64) NOT NULL,
  dag_version_id UUID NOT NULL,
  CONSTRAINT serialized_dag_pkey PRIMARY KEY (id),
  CONSTRAINT serialized_dag_dag_version_fkey FOREIGN KEY(dag_version_id) REFERENCES dag_version (id) ON DELETE CASCADE,
  CONSTRAINT serialized_dag_dag_version_id_uq UNIQUE (dag_version_id)
);
CREATE INDEX idx_serialized_dag_dag_id_dag_hash ON serialized_dag (dag_id, dag_hash);
CREATE TABLE task_instance_note (
  ti_id UUID NOT NULL,
  user_id VARCHAR(128),
  content TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT task_instance_note_pkey PRIMARY KEY (ti_id),
  CONSTRAINT task_instance_note_task_instance_fkey FOREIGN KEY(ti_id) REFERENCES task_instance (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE TABLE task_reschedule (
  id BIGSERIAL NOT NULL,
  ti_id UUID NOT NULL,
  start_date TIMESTAMP WITH TIME ZONE NOT NULL,
  end_date TIMESTAMP WITH TIME ZONE NOT NULL,
  duration INTEGER NOT NULL,
  reschedule_date TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT task_reschedule_pkey PRIMARY KEY (id),
  CONSTRAINT task_reschedule_task_instance_fkey FOREIGN KEY(ti_id) REFERENCES task_instance (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX idx_task_reschedule_ti_id ON task_reschedule (ti_id);
INSERT INTO slot_pool (pool, slots, description, include_deferred) VALUES ('default_pool', 128, 'Default pool', false);
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
