using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.Chains;
using Orleans.Replication.Tests.Storage;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Replication.Tests.States.Chains;

/// <summary>A replica of some large states, in memory.</summary>
internal sealed class LedgerReplica(TimeSpan? step = null)
{
    private static readonly ServiceProvider Services = new ServiceCollection()
        .AddSerializer().AddSingleton<OperationRunners>().AddSingleton(typeof(StateSerializer<>)).BuildServiceProvider();

    private static readonly byte[] Origin = OriginFormat.Encode(default);

    private TableModel _records = Start();

    public long Index => _records.Index;

    /// <summary>How many records there are beside those of states.</summary>
    public int ChainRecords => _records.Scan(default).Count(record => !StateKey.IsState(record.Key.Span));

    public static byte[] Key(int state) => StateKey.Encode(GrainId.Create("ledger", $"{state}"), "ledger");

    public static Command Operate(int state, object operation) => Encode(state, StateCommandKind.Apply, Services.GetRequiredService<Serializer>().SerializeToArray(operation));

    public static Command Write<T>(int state, T value) => Encode(state, StateCommandKind.Write, Record(value));

    public static Command Clear(int state) => Encode(state, StateCommandKind.Clear, []);

    /// <summary>True when another replica has the same records, to the byte.</summary>
    public bool IsEqualTo(LedgerReplica other) => _records.Scan(default).Zip(other._records.Scan(default)).All(pair =>
        pair.First.Key.Span.SequenceEqual(pair.Second.Key.Span) && pair.First.Value.Value.Span.SequenceEqual(pair.Second.Value.Value.Span))
        && _records.Scan(default).Count() == other._records.Scan(default).Count();

    /// <summary>Runs a committed command, some time after the last.</summary>
    public CommandResult Run(Command command)
    {
        _records.Timestamp += step ?? TimeSpan.FromSeconds(1);
        return _records.Run(command);
    }

    /// <summary>Was run for one command by software that knows of no chains.</summary>
    public void WriteAsBefore(int state, Ledger value)
    {
        _records.Run(Clear(state: -1));
        _records.Put(Key(state), Record(value));
        Restart();
    }

    /// <summary>Starts again on what it has.</summary>
    public void Restart()
    {
        var table = NewTable();
        _records = _records.CopyFor(table);
        table.Load(_records);
    }

    public T? Read<T>(int state)
        where T : class => _records.TryGet(Key(state), out var record) ? Services.GetRequiredService<StateSerializer<T>>().Deserialize(record.Pieces) : null;

    public ChainRecord? Chain(int state) => _records.TryGet(ChainKeys.Operations(Key(state)), out var record) ? ChainRecord.Parse(record.Value) : null;

    private static TableModel Start() => new(NewTable());

    private static StatesTable NewTable() => new(Services.GetRequiredService<Serializer>(), Services.GetRequiredService<OperationRunners>(), declaredVersion: 2);

    private static byte[] Record<T>(T value)
    {
        var record = new ArrayBufferWriter<byte>();
        Services.GetRequiredService<StateSerializer<T>>().Serialize(value, record);
        return record.WrittenSpan.ToArray();
    }

    private static Command Encode(int state, StateCommandKind kind, ReadOnlySpan<byte> body)
    {
        var payload = new ArrayBufferWriter<byte>();
        StateCommand.Begin(payload, kind, Origin);
        payload.Write(body);
        return new(StatesTable.TableName, Key(state), payload.WrittenMemory.ToArray());
    }
}
