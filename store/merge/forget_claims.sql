DELETE FROM lake.core.coverage WHERE connection = $connection AND source = $source;
