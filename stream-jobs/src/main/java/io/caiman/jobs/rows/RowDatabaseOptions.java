package io.caiman.jobs.rows;

import java.util.Collection;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.state.rocksdb.ConfigurableRocksDBOptionsFactory;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.TableFormatConfig;

/**
 * RocksDB as point reads and writes of rows of some hundred bytes want it; the block cache and the write buffers stay
 * those of Flink's managed memory.
 *
 * <ul>
 *   <li>Files are read through memory maps: a read then costs half as much as one that copies a block into a cache. The
 *       operating system keeps in memory what it has room for, besides managed memory.
 *   <li>No compression, for trained floats hardly shrink.
 *   <li>A Bloom filter spares levels that do not have a row: most reads of new ids, for instance.
 * </ul>
 */
public final class RowDatabaseOptions implements ConfigurableRocksDBOptionsFactory {

    private static final long serialVersionUID = 1;

    private static final double BLOOM_BITS = 10;

    @Override
    public DBOptions createDBOptions(DBOptions options, Collection<AutoCloseable> toClose) {
        return options.setAllowMmapReads(true);
    }

    @Override
    public ColumnFamilyOptions createColumnOptions(ColumnFamilyOptions options, Collection<AutoCloseable> toClose) {
        TableFormatConfig current = options.tableFormatConfig();
        BlockBasedTableConfig table =
                current instanceof BlockBasedTableConfig block ? block : new BlockBasedTableConfig();
        BloomFilter filter = new BloomFilter(BLOOM_BITS, false);
        toClose.add(filter);
        return options.setTableFormatConfig(table.setFilterPolicy(filter).setWholeKeyFiltering(true))
                .setCompressionType(CompressionType.NO_COMPRESSION);
    }

    @Override
    public RocksDBOptionsFactory configure(ReadableConfig configuration) {
        return this;
    }
}
