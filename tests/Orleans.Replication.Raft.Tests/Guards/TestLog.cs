using System.Net;
using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Engine.Guards;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Tests.Guards;

/// <summary>A log in a folder of its own, called the way the engine calls it.</summary>
internal sealed class TestLog : IAsyncDisposable
{
    public static readonly GroupConfiguration Bootstrap = GroupConfiguration.Of([new("a", new DnsEndPoint("a", 1))]);
    public static readonly ConfigurationFormat Format = new("default", EndPointText.Format, EndPointText.Parse);

    private readonly DurableLog _log;
    private readonly FlushGuard _guard;

    private TestLog(string folder, DurableLog log, FlushGuard guard) => (Folder, _log, _guard) = (folder, log, guard);

    public string Folder { get; }

    public IPersistentState State => _log;

    public static async Task<TestLog> OpenAsync(string? folder = null)
    {
        const long LaterThanAllEntries = 100;
        var isNew = folder is null;
        folder ??= Directory.CreateTempSubdirectory("raft-log-").FullName;
        var guard = FlushGuard.Open(Path.Combine(folder, "flushed"), folder, isBegun: !isNew, contained: default);
        var log = new DurableLog(
            new WriteAheadLog.Options { Location = folder, ChunkSize = 1 << 16, HashAlgorithm = WriteAheadLog.IntegrityHashAlgorithm.XxHash3 }, new Nowhere(),
            Format, new ConfigurationHistory(new LoggedConfiguration(0, Bootstrap), applied: null))
        {
            FlushGuard = guard,
        };
        await log.InitializeAsync();
        if (isNew)
            await ((IPersistentState)log).UpdateTermAsync(LaterThanAllEntries, resetLastVote: true);
        return new TestLog(folder, log, guard);
    }

    public LoggedConfiguration Configuration => _log.Configuration;

    public LoggedConfiguration CommittedConfiguration => _log.CommittedConfiguration;

    public Func<long, GroupConfiguration, bool>? IsElected { set => _log.IsElected = value; }

    /// <summary>Commits as a leader does.</summary>
    public async Task CommitAsLeaderAsync(long endIndex) => await ((IAuditTrail)_log).CommitAsync(endIndex);

    public async Task<long> AppendConfigurationAsync(long term, GroupConfiguration configuration) =>
        await _log.AppendConfigurationAsync(term, configuration, _log.Configuration, CancellationToken.None);

    /// <summary>Appends as a follower does.</summary>
    public ValueTask AppendAsync(long startIndex, params long[] terms)
    {
        ILogEntryProducer<ReceivedEntry> entries = new EntryList<ReceivedEntry>([.. terms.Select(term => new ReceivedEntry(term, new byte[100]))]);
        return State.AppendAsync(entries, startIndex, skipCommitted: true);
    }

    /// <summary>Appends as the leader of a term does.</summary>
    public async Task<long> AppendAloneAsync(long term) => await State.AppendAsync(new ReceivedEntry(term, new byte[100]));

    /// <summary>Begins a term as its leader.</summary>
    public async Task BeginTermAsync(long term) => await State.AppendAsync(new EmptyLogEntry { Term = term });

    /// <summary>Commits what a leader has said to be committed, as a follower does.</summary>
    public ValueTask CommitKnownAsync(long endIndex) => _log.CommitKnownAsync(endIndex, CancellationToken.None);

    public async Task<long[]> TermsAsync()
    {
        var terms = new List<long>();
        for (var index = 1L; index <= State.LastEntryIndex; index++)
            terms.Add(await _log.GetTermAsync(index, CancellationToken.None));
        return [.. terms];
    }

    /// <summary>What another process would find after this one was killed: the files, without anything that is only in memory.</summary>
    public string CopyAsAfterKill()
    {
        var copy = Directory.CreateTempSubdirectory("raft-log-copy-").FullName;
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var destination = File.Create(target);
            source.CopyTo(destination);
        }

        return copy;
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        _guard.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private sealed class Nowhere : IStateMachine
    {
        public ISnapshot? Snapshot => null;

        public ValueTask ReclaimGarbageAsync(long watermark, CancellationToken token) => default;

        public ValueTask<long> ApplyAsync(LogEntry entry, CancellationToken token) => new(entry.Index);
    }
}
