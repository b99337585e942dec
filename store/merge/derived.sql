-- What the sources make now, to be compared with what stands.
CREATE OR REPLACE TEMP TABLE derived AS FROM deriving;
