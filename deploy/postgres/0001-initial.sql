-- The first layout of Granary's tables. It runs once, in the schema that the connection's search_path names first;
-- "granary db migrate" does that and records the checksum of this file: a released file never changes.
--
-- Large values are not compressed (STORAGE EXTERNAL: they are hashes, pages of machines and short records, and an
-- append must not wait for a compressor), and stay in their row up to 8 KB, so that a page of a machine is one read.

-- Counts collections; nodes are stamped with the number. While one is unfinished, a stored node may lack nodes below it.
CREATE TABLE collection(
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    number bigint NOT NULL,
    is_unfinished boolean NOT NULL);
INSERT INTO collection(number, is_unfinished) VALUES (0, false);

-- One row for each kernel that ever was. "epoch" is the fence: an activation raises it, an append locks it for share.
-- The tail of the journal is not here but in the journal's newest row, so that an ordinary append changes nothing here.
CREATE TABLE kernels(
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    engine text NOT NULL,
    code bytea NOT NULL,
    created bigint NOT NULL,
    epoch bigint NOT NULL,
    status smallint NOT NULL,
    generation bigint NOT NULL,
    wake_at bigint,
    has_work boolean NOT NULL) WITH (fillfactor = 80);
CREATE INDEX kernels_due ON kernels(wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX kernels_work ON kernels(id) WHERE has_work;

-- What one append brought of one kernel, as one row (large ones are split): for each entry its length, its bytes and
-- its chain. "chain" is the last one's; inbox_count and gas_spent are as of the last. Of a deleted kernel one row
-- without records is left.
CREATE TABLE journal(
    kernel bigint NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL,
    gas_spent bigint NOT NULL,
    inbox_count integer NOT NULL,
    chain bytea NOT NULL,
    records bytea NOT NULL,
    PRIMARY KEY (kernel, first)) WITH (toast_tuple_target = 8160);
ALTER TABLE journal ALTER COLUMN records SET STORAGE EXTERNAL, ALTER COLUMN chain SET STORAGE PLAIN;

-- The checkpoints that are kept.
CREATE TABLE heads(
    kernel bigint NOT NULL,
    position bigint NOT NULL,
    generation bigint NOT NULL,
    time bigint NOT NULL,
    chain bytea NOT NULL,
    root bytea NOT NULL,
    work_root bytea,
    name text COLLATE "C",
    PRIMARY KEY (kernel, position));
CREATE UNIQUE INDEX heads_name ON heads(kernel, name) WHERE name IS NOT NULL;

-- The nodes of state trees by hash. "links" is the hashes of the nodes below, one after the other, so that the collector
-- reads no contents.
CREATE TABLE nodes(
    hash bytea PRIMARY KEY,
    stamp bigint NOT NULL,
    links bytea NOT NULL,
    bytes bytea NOT NULL) WITH (toast_tuple_target = 8160);
ALTER TABLE nodes ALTER COLUMN bytes SET STORAGE EXTERNAL, ALTER COLUMN links SET STORAGE EXTERNAL;

-- Code by hash. "waiting_since" is set while no kernel has used it yet: whoever put it may be about to create one.
CREATE TABLE code(
    hash bytea PRIMARY KEY,
    waiting_since timestamptz,
    bytes bytea NOT NULL);
ALTER TABLE code ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Every code that a kernel ever ran: its journal can be executed again from the first checkpoint.
CREATE TABLE kernel_code(
    kernel bigint NOT NULL,
    code bytea NOT NULL,
    PRIMARY KEY (kernel, code));
CREATE INDEX kernel_code_code ON kernel_code(code);
