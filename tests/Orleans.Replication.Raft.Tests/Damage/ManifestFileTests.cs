using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Tests.Damage;

/// <summary>RocksDB hangs in the open of a database whose list of files has a record of a wrong kind.</summary>
public sealed class ManifestFileTests
{
    [Fact]
    public void Whatever_bit_is_flipped_the_database_opens_or_is_damaged_and_nothing_hangs()
    {
        var original = Directory.CreateTempSubdirectory("raft-manifest-").FullName;
        Fill(original);
        ManifestFile.RequireWhole(original);
        var name = Path.GetFileName(Assert.Single(Directory.GetFiles(original, "MANIFEST-*")));
        var bytes = File.ReadAllBytes(Path.Combine(original, name));
        var found = 0;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(Path.Combine(original, name), damaged);
            try
            {
                // Reads only, so that the next bit meets the same files.
                Database.Read(original, [1]);
            }
            catch (RaftStorageException e) when (e.IsDamage)
            {
                found++;
            }
        }

        // A length that reaches behind the end is what a crash leaves: RocksDB goes by the records before it.
        Assert.InRange(found, bytes.Length * 7, bytes.Length * 8);
        File.WriteAllBytes(Path.Combine(original, name), bytes);
        Assert.Equal([9], Database.Read(original, [1]));
        Directory.Delete(original, recursive: true);
    }

    /// <summary>It is what a crash in the middle of a write leaves.</summary>
    [Fact]
    public void A_record_that_is_cut_off_is_no_damage()
    {
        var folder = Directory.CreateTempSubdirectory("raft-manifest-").FullName;
        Fill(folder);
        var path = Assert.Single(Directory.GetFiles(folder, "MANIFEST-*"));
        var bytes = File.ReadAllBytes(path);
        for (var length = bytes.Length - 1; length > bytes.Length - 20; length--)
        {
            File.WriteAllBytes(path, bytes[..length]);
            ManifestFile.RequireWhole(folder);
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Several blocks of records, as many flushes leave them.</summary>
    [Fact]
    public void A_long_list_is_whole()
    {
        var folder = Directory.CreateTempSubdirectory("raft-manifest-").FullName;
        Fill(folder, flushes: 400);
        Assert.InRange(new FileInfo(Assert.Single(Directory.GetFiles(folder, "MANIFEST-*"))).Length, 40_000, long.MaxValue);
        ManifestFile.RequireWhole(folder);
        Directory.Delete(folder, recursive: true);
    }

    private static void Fill(string folder, int flushes = 2)
    {
        var database = Database.Open(folder);
        using var batch = new RocksDbSharp.WriteBatch();
        for (var i = 0; i < flushes; i++)
        {
            batch.Clear();
            batch.Put([1], [9]);
            database.Write(batch);
            database.Flush();
        }

        database.Release();
    }
}
