using System.Text;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Sessions;
using Orleans.Replication.Raft.State;

namespace Orleans.Replication.Raft.Apply;

/// <summary>
/// The deterministic heart of a replica: runs the commands of committed log entries, in order, each once, and writes the effect of an entry
/// together with its position. Used by one thread at a time.
/// </summary>
internal sealed class CommandApplier
{
    private readonly record struct Done(CommandFormat Command, CommandResult? Result, ulong OpenedSession);

    private readonly byte[] _group;
    private readonly StateStore _store;
    private readonly StateBatch _batch = new();
    private readonly SessionTable _sessions;
    private readonly IAppliedCommands _listener;
    private readonly Dictionary<byte[], (IReplicatedTable Table, TableTransaction State)> _tables = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], (IReplicatedTable Table, TableTransaction State)>.AlternateLookup<ReadOnlySpan<byte>> _tablesByName;
    private readonly List<Done> _done = [];
    private long _configurationIndex;

    public CommandApplier(RaftGroupOptions options, StateStore store, IAppliedCommands listener)
    {
        _group = Encoding.UTF8.GetBytes(options.Name);
        _store = store;
        _listener = listener;
        _sessions = new SessionTable(store, options.SessionTimeout);
        foreach (var table in options.Tables)
        {
            var transaction = new TableTransaction(store, _batch, StateKeys.Table(table.Name));
            _tables.Add(Encoding.UTF8.GetBytes(table.Name), (table, transaction));

            // It may have served a replica before that was stopped.
            table.Reset();
            table.Load(transaction);
        }

        _tablesByName = _tables.GetAlternateLookup<ReadOnlySpan<byte>>();
        _sessions.Load();
        LoadConfiguration();
        TellTables();
    }

    /// <summary>Runs a committed entry; one that the state already contains is skipped.</summary>
    /// <exception cref="LogFormatException">The entry cannot be read. Nothing of it was kept.</exception>
    public void Apply(long index, long term, ReadOnlyMemory<byte> entry)
    {
        var position = _store.Position;
        if (index <= position.Index)
            return;
        if (ConfigurationFormat.IsConfiguration(entry.Span))
        {
            _batch.Set(StateKeys.Configuration.ToArray(), AppliedConfiguration.Encode(index, entry.Span));
            _store.Commit(_batch, position with { Index = index, Term = term });
            _configurationIndex = index;
            return;
        }

        var cursor = new SpanCursor(entry);
        var leaderTime = EntryFormat.ReadHeader(ref cursor, _group);
        var time = leaderTime > position.Time ? leaderTime : position.Time;
        var commands = position.Commands;
        while (!cursor.AtEnd)
            Run(CommandFormat.Decode(cursor.ReadBytes()), ++commands, time);

        // Who watches hears of a change when it can be read.
        var watching = _store.Watches.Of(_batch.Keys);
        _store.Commit(_batch, new AppliedPosition(index, term, commands, time));
        TellTables();
        foreach (var watch in watching)
            watch.Signal();
        Announce();
    }

    /// <summary>Replaces the state by a checkpoint of a peer.</summary>
    public void Install(string checkpoint)
    {
        _store.Install(checkpoint);
        _sessions.Load();
        LoadConfiguration();
        foreach (var (table, state) in _tables.Values)
        {
            table.Reset();
            table.Load(state);
        }

        TellTables();
        _store.Watches.SignalAll();
    }

    private void Run(in CommandFormat command, long commandIndex, DateTimeOffset time)
    {
        if (command.Kind == CommandKind.OpenSession)
        {
            _sessions.Open((ulong)commandIndex, time, _batch);
            _batch.Accept();
            _done.Add(new Done(command, null, (ulong)commandIndex));
            return;
        }

        if (_sessions.Find(command.Session) is not { } session || command.Sequence < session.Floor)
        {
            _done.Add(new Done(command, null, 0));
            return;
        }

        if (!session.Results.TryGetValue(command.Sequence, out var result))
        {
            result = RunOnce(command, commandIndex, time);
            SessionTable.RaiseFloor(command.Session, session, command.Floor, _batch);
            SessionTable.Record(command.Session, session, command.Sequence, result, time, _batch);
            _batch.Accept();
        }

        _done.Add(new Done(command, result, 0));
    }

    private CommandResult RunOnce(in CommandFormat command, long commandIndex, DateTimeOffset time)
    {
        if (!_tablesByName.TryGetValue(command.Table.Span, out var table))
        {
            throw new LogFormatException(
                $"The log holds a command for table '{Encoding.UTF8.GetString(command.Table.Span)}', which this member has not registered. "
                + "Every member of a group registers the same tables.");
        }

        var state = table.State;
        state.CommandIndex = commandIndex;
        if (command.ExpectedVersion is { } expected)
        {
            var current = state.VersionOf(command.Key.Span);
            if (current != expected)
                return new CommandResult(CommandStatus.VersionMismatch, current, default);
        }

        var outcome = table.Table.Apply(
            new CommandContext
            {
                Index = commandIndex,
                Timestamp = time,
                Seed = Seed.Of(commandIndex),
                ConfigurationIndex = _configurationIndex,
                Key = command.Key.Span,
                Payload = command.Payload,
            },
            state);
        if (!outcome.Accepted)
            _batch.Undo();
        var status = outcome.Accepted ? CommandStatus.Ok : CommandStatus.Rejected;
        return new CommandResult(status, state.VersionOf(command.Key.Span), outcome.Payload);
    }

    private void LoadConfiguration() => _configurationIndex = AppliedConfiguration.IndexOf(_store.Get(StateKeys.Configuration));

    private void TellTables()
    {
        foreach (var (table, _) in _tables.Values)
            table.Applied(_store.Position.Commands);
    }

    private void Announce()
    {
        foreach (var (command, result, opened) in _done)
        {
            if (command.Kind == CommandKind.OpenSession)
                _listener.OnSessionOpened(command.Sequence, opened);
            else if (result is { } known)
                _listener.OnApplied(command.Session, command.Sequence, known);
            else
                _listener.OnSessionUnknown(command.Session, command.Sequence);
        }

        _done.Clear();
    }
}
