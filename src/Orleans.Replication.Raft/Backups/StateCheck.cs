using System.Globalization;
using System.Text;
using Orleans.Replication.Raft.Sessions;
using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Backups;

/// <summary>Reads a whole state on disk without changing it: every block's checksum, and that every value can be what its key says.</summary>
internal sealed class StateCheck
{
    private const int MaxProblems = 20;

    private readonly List<string> _problems = [];
    private readonly SortedDictionary<string, long> _records = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Problems => _problems;

    public IReadOnlyDictionary<string, long> Records => _records;

    public long Sessions { get; private set; }

    public AppliedPosition Position { get; private set; }

    /// <param name="folder">A RocksDB, open nowhere.</param>
    /// <param name="what">What to call it in what is reported.</param>
    public static StateCheck Run(string folder, string what)
    {
        var check = new StateCheck();
        try
        {
            check.Position = Database.ReadPosition(folder);
            Database.ReadAll(folder, check.Look);
        }
        catch (RaftStorageException e)
        {
            check._problems.Add($"{what}: {e.Message}");
        }

        return check;
    }

    private void Look(byte[] key, byte[] value)
    {
        var problem = Judge(key, value);
        if (problem is not null && _problems.Count < MaxProblems)
            _problems.Add($"The state's key {Convert.ToHexString(key.AsSpan(0, Math.Min(key.Length, 64)))}: {problem}");
    }

    private string? Judge(byte[] key, byte[] value)
    {
        if (StateKeys.TableOf(key) is { } table)
        {
            _records[table] = _records.GetValueOrDefault(table) + 1;
            if (value.Length < sizeof(long))
                return $"a record of {value.Length} bytes has no version";
            var version = RecordFormat.Decode(value).Version;
            return version > 0 && version <= Position.Commands
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"a record of version {version}, after {Position.Commands} commands");
        }

        if (StateKeys.IsSession(key))
        {
            Sessions++;
            return value.Length == Session.EncodedBytes ? null : $"a session of {value.Length} bytes";
        }

        if (StateKeys.IsResult(key))
            return value.Length >= StoredResult.HeaderBytes ? null : $"a result of {value.Length} bytes";
        return StateKeys.IsOfGroup(key) ? null : "of no kind that this software knows";
    }
}
