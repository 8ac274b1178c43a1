using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Tests.Guards;

/// <summary>The engine's file that says how far the log goes has no checksum: what it says is believed as far as this member has said the same (SAFETY 4, 10).</summary>
public sealed class FlushGuardTests
{
    /// <summary>A majority may have been counted with this member: the entry is acknowledged, and nobody has told this member yet that it is committed.</summary>
    [Fact]
    public async Task A_log_that_has_lost_what_was_flushed_does_not_open()
    {
        await using var log = await TestLog.OpenAsync();
        await log.AppendAsync(1, 1, 1, 1);
        await log.CommitKnownAsync(2);
        using var copy = new CopiedLog(log);
        LogFiles.WriteCheckpoint(copy.Folder, (2, 2));
        var refused = Assert.Throws<RaftStorageException>(copy.OpenGuard);
        Assert.True(refused.IsDamage);
        Assert.Contains("it ends at entry 2, and was flushed up to entry 3", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leaders_log_that_has_lost_what_it_was_counted_with_does_not_open()
    {
        await using var log = await TestLog.OpenAsync();
        await log.BeginTermAsync(101);
        await log.AppendAloneAsync(101);
        await log.CommitAsLeaderAsync(2);
        using var copy = new CopiedLog(log);
        LogFiles.WriteCheckpoint(copy.Folder, (1, 1));
        Assert.Contains("was flushed up to entry 2", Assert.Throws<RaftStorageException>(copy.OpenGuard).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_conflict_has_cut_is_not_missed()
    {
        await using var log = await TestLog.OpenAsync();
        await log.AppendAsync(1, 1, 1, 1);
        await log.AppendAsync(2, 2);
        using var copy = new CopiedLog(log);
        copy.OpenGuard().Dispose();
        await using var opened = await TestLog.OpenAsync(copy.Folder);
        var terms = await opened.TermsAsync();
        Assert.Equal([1, 2], terms);
    }

    /// <summary>It would apply what may yet be replaced by another leader's entries.</summary>
    [Fact]
    public async Task Entries_that_nobody_has_called_committed_are_not_committed_by_a_flipped_bit()
    {
        await using var log = await TestLog.OpenAsync();
        await log.AppendAsync(1, 1, 1, 1);
        await log.CommitKnownAsync(1);
        using var copy = new CopiedLog(log);
        LogFiles.WriteCheckpoint(copy.Folder, (3, 3));
        await using var opened = await TestLog.OpenAsync(copy.Folder);
        Assert.Equal((1, 3), (opened.State.LastCommittedEntryIndex, opened.State.LastEntryIndex));
    }

    /// <summary>What the state has in it is committed, whatever was said.</summary>
    [Fact]
    public async Task After_a_loss_of_power_the_log_may_be_ahead()
    {
        await using var log = await TestLog.OpenAsync();
        await log.AppendAsync(1, 1);
        await log.CommitKnownAsync(1);
        using var before = new CopiedLog(log);
        await log.AppendAsync(2, 1, 1, 1);
        await log.CommitKnownAsync(3);
        using var copy = new CopiedLog(log);
        LogFiles.WriteCheckpoint(copy.Folder, (3, 4));
        File.Copy(before.Guard, copy.Guard, overwrite: true);
        copy.OpenGuard((Snapshot: 0, State: 2)).Dispose();
        Assert.Equal((2, 4), LogFiles.ReadCheckpoint(copy.Folder));
        copy.OpenGuard().Dispose();
        Assert.Equal((1, 4), LogFiles.ReadCheckpoint(copy.Folder));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(25)]
    public async Task What_does_not_say_anything_guards_nothing_and_is_written_anew(int? length)
    {
        await using var log = await TestLog.OpenAsync();
        await log.AppendAsync(1, 1, 1, 1);
        await log.CommitKnownAsync(2);
        using var copy = new CopiedLog(log);
        LogFiles.WriteCheckpoint(copy.Folder, (2, 3));
        File.Delete(copy.Guard);
        if (length is { } bytes)
            await File.WriteAllBytesAsync(copy.Guard, new byte[bytes], TestContext.Current.CancellationToken);
        await using (var opened = await TestLog.OpenAsync(copy.Folder))
            Assert.Equal((2, 3), (opened.State.LastCommittedEntryIndex, FlushGuard.ReadLast(copy.Guard)));
    }

    [Fact]
    public async Task Another_format_is_refused()
    {
        await using var log = await TestLog.OpenAsync();
        await log.AppendAsync(1, 1);
        using var copy = new CopiedLog(log);
        var bytes = await File.ReadAllBytesAsync(copy.Guard, TestContext.Current.CancellationToken);
        bytes[0] = 2;
        BitConverter.TryWriteBytes(bytes.AsSpan(17), System.IO.Hashing.XxHash3.HashToUInt64(bytes.AsSpan(..17)));
        await File.WriteAllBytesAsync(copy.Guard, bytes, TestContext.Current.CancellationToken);
        var refused = Assert.Throws<RaftStorageException>(copy.OpenGuard);
        Assert.False(refused.IsDamage);
        Assert.Contains("is of format version 2", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>What another process would find.</summary>
    private sealed class CopiedLog(TestLog log) : IDisposable
    {
        public string Folder { get; } = log.CopyAsAfterKill();

        public string Guard => Path.Combine(Folder, "flushed");

        public FlushGuard OpenGuard() => OpenGuard(default);

        public FlushGuard OpenGuard((long Snapshot, long State) contained) => FlushGuard.Open(Guard, Folder, isBegun: true, contained);

        public void Dispose()
        {
            if (Directory.Exists(Folder))
                Directory.Delete(Folder, recursive: true);
        }
    }
}
