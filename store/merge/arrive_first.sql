-- Everything is new to a connection that has no rows.
INSERT INTO arriving SELECT mapped_row, NULL, NULL, 'new' FROM incoming ANTI JOIN overtaken USING (mapped_row);
