using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Tests.State;

public sealed class DatabaseTests
{
    /// <summary>The options of a read belong to native code as long as it reads: collected too early, they say anything, and the read is of another moment, fails or crashes.</summary>
    [Fact]
    public async Task Reads_of_a_snapshot_are_right_while_garbage_is_collected()
    {
        const int Readers = 32;
        const int Reads = 50_000;
        var folder = Directory.CreateTempSubdirectory("raft-database-");
        var database = Database.Open(folder.FullName);
        try
        {
            // Many readers of two moments: what one's options leave behind, another's take.
            Put(database, Value(0));
            using var first = database.CreateSnapshot();
            Put(database, Value(1));
            using var second = database.CreateSnapshot();
            using var stop = new CancellationTokenSource();
            var collecting = Task.Factory.StartNew(() => Collect(stop.Token), TaskCreationOptions.LongRunning);

            var reading = Enumerable.Range(0, Readers).Select(reader => Task.Factory.StartNew(
                () =>
                {
                    for (var i = 0; i < Reads; i++)
                        Assert.Equal(reader % 2, database.Get("key"u8, reader % 2 == 0 ? first : second)![0]);
                },
                TaskCreationOptions.LongRunning));
            await Task.WhenAll(reading);
            await stop.CancelAsync();
            await collecting;
        }
        finally
        {
            database.Release();
            folder.Delete(recursive: true);
        }
    }

    private static byte[] Value(byte first) => [first, .. new byte[1 << 10]];

    private static void Put(Database database, ReadOnlySpan<byte> value)
    {
        using var batch = new RocksDbSharp.WriteBatch();
        batch.Put("key"u8, value);
        database.Write(batch);
    }

    private static void Collect(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            GC.Collect(0);
            GC.WaitForPendingFinalizers();
        }
    }
}
