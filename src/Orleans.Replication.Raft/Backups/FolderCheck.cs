using System.Globalization;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Storage;

namespace Orleans.Replication.Raft.Backups;

/// <summary>Verifies a stopped group's folder.</summary>
internal sealed class FolderCheck(HeldFolder folder)
{
    private const int MaxLogProblems = 20;

    private readonly List<string> _problems = [];
    private long _entries;

    public RaftVerification Run(CancellationToken cancellationToken)
    {
        var members = Try(() => MembersFile.Read(folder.Members));
        if (members is null && _problems.Count == 0)
            _problems.Add($"'{folder.Members}' is missing: nothing says whose data this is.");
        else if (members is not null && members.Group != folder.Group)
            _problems.Add($"'{folder.Members}' says that this is group '{members.Group}'.");
        var state = CheckState();
        CheckSnapshots(cancellationToken);
        if (members is { LogBegun: true })
            CheckLog(state?.Position.Index ?? 0, cancellationToken);
        var files = new DirectoryInfo(folder.Path).EnumerateFiles("*", SearchOption.AllDirectories).ToList();
        return new RaftVerification
        {
            Problems = _problems,
            Files = files.Count,
            Bytes = files.Sum(file => file.Length),
            LogEntries = _entries,
            Records = state?.Records ?? new Dictionary<string, long>(),
            Sessions = state?.Sessions ?? 0,
            AppliedIndex = state?.Position.Index ?? 0,
        };
    }

    private StateCheck? CheckState()
    {
        var pointer = Path.Combine(folder.State, "current");
        if (!File.Exists(pointer))
        {
            _problems.Add($"'{pointer}' is missing: nothing says which state counts.");
            return null;
        }

        if (!long.TryParse(File.ReadAllText(pointer), NumberStyles.None, CultureInfo.InvariantCulture, out var generation))
        {
            _problems.Add($"'{pointer}' does not hold a number.");
            return null;
        }

        return Check(Path.Combine(folder.State, generation.ToString(CultureInfo.InvariantCulture)), "The state");
    }

    private void CheckSnapshots(CancellationToken cancellationToken)
    {
        foreach (var (path, index) in folder.SnapshotFolders)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Try(() => SnapshotManifest.Read(path, folder.Group)) is not { } manifest)
            {
                _problems.Add($"The snapshot '{path}' has no manifest: it is not complete.");
                continue;
            }

            foreach (var part in manifest.Files ?? [])
            {
                if (SnapshotChecksums.OfFile(Path.Combine(path, part.Name)) != part.Checksum)
                    _problems.Add($"The snapshot's file '{Path.Combine(path, part.Name)}' differs from its checksum.");
            }

            var position = Check(path, $"The snapshot '{path}'").Position;
            if (manifest.Index != index || position.Index != index)
                _problems.Add($"The snapshot '{path}' is of entry {index} by its name, {manifest.Index} by its manifest and {position.Index} by its state.");
        }
    }

    private StateCheck Check(string path, string what)
    {
        var check = StateCheck.Run(path, what);
        _problems.AddRange(check.Problems);
        return check;
    }

    /// <summary>From the entry behind the newest snapshot on: what is before may have been deleted, and is never read again.</summary>
    private void CheckLog(long applied, CancellationToken cancellationToken)
    {
        if (Try(() => LogPages.Open(folder.Log)) is not { } log)
            return;
        var first = folder.NewestSnapshot + 1;
        var (term, broken) = (0L, 0);
        for (var index = first; index <= log.Last; index++, _entries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (log.Read(index, out var row) is { } problem)
            {
                if (++broken <= MaxLogProblems)
                    _problems.Add($"Log entry {index}: {problem}.");
                continue;
            }

            if (row.Term < term)
                _problems.Add($"Log entry {index} is of term {row.Term}, behind one of term {term}.");
            term = Math.Max(term, row.Term);
        }

        if (broken > MaxLogProblems)
            _problems.Add($"{broken} of the log's entries {first} to {log.Last} are damaged in all.");
        if (Try(() => (object)FlushGuard.ReadLast(GroupFolder.FlushedIn(folder.Path))) is long flushed && Math.Max(log.Last, first - 1) < flushed)
            _problems.Add($"The log ends at entry {log.Last}, and was flushed up to entry {flushed}.");
        if (Math.Max(log.Last, first - 1) < applied)
            _problems.Add($"The log ends at entry {log.Last}, and the state has come to entry {applied}.");
        if (log.Term < term)
            _problems.Add($"The log has an entry of term {term}, and the vote on disk is of term {log.Term}.");
    }

    private T? Try<T>(Func<T?> read) where T : class
    {
        try
        {
            return read();
        }
        catch (RaftStorageException e)
        {
            _problems.Add(e.Message);
            return null;
        }
    }
}
