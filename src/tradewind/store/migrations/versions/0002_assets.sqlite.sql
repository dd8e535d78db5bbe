CREATE TABLE asset (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  name VARCHAR(1500) NOT NULL,
  uri VARCHAR(1500) NOT NULL,
  "group" VARCHAR(1500) DEFAULT 'asset' NOT NULL,
  extra TEXT NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  name_uri_hash VARCHAR(64) NOT NULL,
  CONSTRAINT asset_name_uri_hash_uq UNIQUE (name_uri_hash)
);
CREATE INDEX idx_asset_name ON asset (name);
CREATE INDEX idx_asset_uri ON asset (uri);
CREATE TABLE asset_alias (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  name VARCHAR(1500) NOT NULL,
  "group" VARCHAR(1500) DEFAULT 'asset' NOT NULL,
  CONSTRAINT asset_alias_name_uq UNIQUE (name)
);
CREATE TABLE asset_alias_asset (
  alias_id INTEGER NOT NULL,
  asset_id INTEGER NOT NULL,
  CONSTRAINT asset_alias_asset_pkey PRIMARY KEY (alias_id, asset_id),
  CONSTRAINT asset_alias_asset_asset_alias_fkey FOREIGN KEY(alias_id) REFERENCES asset_alias (id) ON DELETE CASCADE,
  CONSTRAINT asset_alias_asset_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
);
CREATE INDEX idx_asset_alias_asset_asset_id ON asset_alias_asset (asset_id);
CREATE TABLE asset_dag_run_queue (
  asset_id INTEGER NOT NULL,
  target_dag_id VARCHAR(250) NOT NULL,
  created_at DATETIME NOT NULL,
  CONSTRAINT asset_dag_run_queue_pkey PRIMARY KEY (asset_id, target_dag_id),
  CONSTRAINT asset_dag_run_queue_dag_fkey FOREIGN KEY(target_dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE,
  CONSTRAINT asset_dag_run_queue_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
);
CREATE INDEX idx_asset_dag_run_queue_target_dag_id ON asset_dag_run_queue (target_dag_id);
CREATE TABLE asset_event (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  asset_id INTEGER NOT NULL,
  extra TEXT NOT NULL,
  source_task_id VARCHAR(250),
  source_dag_id VARCHAR(250),
  source_run_id VARCHAR(250),
  source_map_index INTEGER DEFAULT '-1',
  timestamp DATETIME NOT NULL,
  partition_key VARCHAR(250),
  CONSTRAINT asset_event_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
);
CREATE INDEX idx_asset_event_asset_id ON asset_event (asset_id, id);
CREATE INDEX idx_asset_event_source ON asset_event (source_dag_id, source_run_id);
CREATE INDEX idx_asset_event_timestamp ON asset_event (timestamp);
CREATE TABLE asset_event_seen (
  asset_id INTEGER NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  event_id INTEGER NOT NULL,
  CONSTRAINT asset_event_seen_pkey PRIMARY KEY (asset_id, dag_id),
  CONSTRAINT asset_event_seen_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE,
  CONSTRAINT asset_event_seen_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
);
CREATE INDEX idx_asset_event_seen_dag_id ON asset_event_seen (dag_id);
CREATE TABLE asset_partition_dag_run (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  target_dag_id VARCHAR(250) NOT NULL,
  created_dag_run_id INTEGER,
  partition_key VARCHAR(250) NOT NULL,
  partition_date DATETIME,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  is_open BOOLEAN DEFAULT 1 NOT NULL,
  CONSTRAINT asset_partition_dag_run_dag_fkey FOREIGN KEY(target_dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE,
  CONSTRAINT asset_partition_dag_run_dag_run_fkey FOREIGN KEY(created_dag_run_id) REFERENCES dag_run (id) ON DELETE SET NULL
);
CREATE INDEX idx_asset_partition_dag_run_created ON asset_partition_dag_run (created_dag_run_id);
CREATE INDEX idx_asset_partition_dag_run_target ON asset_partition_dag_run (target_dag_id, is_open, partition_key);
CREATE TABLE asset_watcher (
  name VARCHAR(1500) NOT NULL,
  asset_id INTEGER NOT NULL,
  trigger_id INTEGER NOT NULL,
  CONSTRAINT asset_watcher_pkey PRIMARY KEY (name, asset_id, trigger_id),
  CONSTRAINT asset_watcher_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE,
  CONSTRAINT asset_watcher_trigger_fkey FOREIGN KEY(trigger_id) REFERENCES "trigger" (id) ON DELETE CASCADE
);
CREATE INDEX idx_asset_watcher_asset_id ON asset_watcher (asset_id);
CREATE INDEX idx_asset_watcher_trigger_id ON asset_watcher (trigger_id);
CREATE TABLE dag_schedule_asset_alias_reference (
  alias_id INTEGER NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  CONSTRAINT dag_schedule_asset_alias_reference_pkey PRIMARY KEY (alias_id, dag_id),
  CONSTRAINT dag_schedule_asset_alias_reference_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE,
  CONSTRAINT dag_schedule_asset_alias_reference_asset_alias_fkey FOREIGN KEY(alias_id) REFERENCES asset_alias (id) ON DELETE CASCADE
);
CREATE INDEX idx_dag_schedule_asset_alias_reference_dag_id ON dag_schedule_asset_alias_reference (dag_id);
CREATE TABLE dag_schedule_asset_name_reference (
  name VARCHAR(1500) NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  CONSTRAINT dag_schedule_asset_name_reference_pkey PRIMARY KEY (name, dag_id),
  CONSTRAINT dag_schedule_asset_name_reference_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
);
CREATE INDEX idx_dag_schedule_asset_name_reference_dag_id ON dag_schedule_asset_name_reference (dag_id);
CREATE TABLE dag_schedule_asset_reference (
  asset_id INTEGER NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  CONSTRAINT dag_schedule_asset_reference_pkey PRIMARY KEY (asset_id, dag_id),
  CONSTRAINT dag_schedule_asset_reference_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE,
  CONSTRAINT dag_schedule_asset_reference_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
);
CREATE INDEX idx_dag_schedule_asset_reference_dag_id ON dag_schedule_asset_reference (dag_id);
CREATE TABLE dag_schedule_asset_uri_reference (
  uri VARCHAR(1500) NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  CONSTRAINT dag_schedule_asset_uri_reference_pkey PRIMARY KEY (uri, dag_id),
  CONSTRAINT dag_schedule_asset_uri_reference_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE
);
CREATE INDEX idx_dag_schedule_asset_uri_reference_dag_id ON dag_schedule_asset_uri_reference (dag_id);
CREATE TABLE task_inlet_asset_reference (
  asset_id INTEGER NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  task_id VARCHAR(250) NOT NULL,
  CONSTRAINT task_inlet_asset_reference_pkey PRIMARY KEY (asset_id, dag_id, task_id),
  CONSTRAINT task_inlet_asset_reference_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE,
  CONSTRAINT task_inlet_asset_reference_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
);
CREATE INDEX idx_task_inlet_asset_reference_dag_id ON task_inlet_asset_reference (dag_id);
CREATE TABLE task_outlet_asset_reference (
  asset_id INTEGER NOT NULL,
  dag_id VARCHAR(250) NOT NULL,
  created_at DATETIME NOT NULL,
  updated_at DATETIME NOT NULL,
  task_id VARCHAR(250) NOT NULL,
  CONSTRAINT task_outlet_asset_reference_pkey PRIMARY KEY (asset_id, dag_id, task_id),
  CONSTRAINT task_outlet_asset_reference_dag_fkey FOREIGN KEY(dag_id) REFERENCES dag (dag_id) ON DELETE CASCADE,
  CONSTRAINT task_outlet_asset_reference_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE
);
CREATE INDEX idx_task_outlet_asset_reference_dag_id ON task_outlet_asset_reference (dag_id);
CREATE TABLE asset_alias_asset_event (
  alias_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  CONSTRAINT asset_alias_asset_event_pkey PRIMARY KEY (alias_id, event_id),
  CONSTRAINT asset_alias_asset_event_asset_alias_fkey FOREIGN KEY(alias_id) REFERENCES asset_alias (id) ON DELETE CASCADE,
  CONSTRAINT asset_alias_asset_event_asset_event_fkey FOREIGN KEY(event_id) REFERENCES asset_event (id) ON DELETE CASCADE
);
CREATE INDEX idx_asset_alias_asset_event_event_id ON asset_alias_asset_event (event_id);
CREATE TABLE dagrun_asset_event (
  dag_run_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  CONSTRAINT dagrun_asset_event_pkey PRIMARY KEY (dag_run_id, event_id),
  CONSTRAINT dagrun_asset_event_dag_run_fkey FOREIGN KEY(dag_run_id) REFERENCES dag_run (id) ON DELETE CASCADE,
  CONSTRAINT dagrun_asset_event_asset_event_fkey FOREIGN KEY(event_id) REFERENCES asset_event (id) ON DELETE CASCADE
);
CREATE INDEX idx_dagrun_asset_event_event_id ON dagrun_asset_event (event_id);
CREATE TABLE partitioned_asset_key_log (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  asset_id INTEGER NOT NULL,
  asset_event_id INTEGER NOT NULL,
  asset_partition_dag_run_id INTEGER NOT NULL,
  source_partition_key VARCHAR(250),
  target_dag_id VARCHAR(250) NOT NULL,
  target_partition_key VARCHAR(250) NOT NULL,
  created_at DATETIME NOT NULL,
  CONSTRAINT partitioned_asset_key_log_asset_fkey FOREIGN KEY(asset_id) REFERENCES asset (id) ON DELETE CASCADE,
  CONSTRAINT partitioned_asset_key_log_asset_event_fkey FOREIGN KEY(asset_event_id) REFERENCES asset_event (id) ON DELETE CASCADE,
  CONSTRAINT partitioned_asset_key_log_asset_partition_dag_run_fkey FOREIGN KEY(asset_partition_dag_run_id) REFERENCES asset_partition_dag_run (id) ON DELETE CASCADE
);
CREATE INDEX idx_partitioned_asset_key_log_asset ON partitioned_asset_key_log (asset_id);
CREATE INDEX idx_partitioned_asset_key_log_event ON partitioned_asset_key_log (asset_event_id);
CREATE INDEX idx_partitioned_asset_key_log_run ON partitioned_asset_key_log (asset_partition_dag_run_id);
