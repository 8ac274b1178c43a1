using System.Buffers;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.Transactions;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Storage;
using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Replication.Tests.States.Transactions;

/// <summary>Random transactions on a table against a dictionary that is copied before each.</summary>
public sealed class TransactionModelTests : IDisposable
{
    private const int States = 4;

    private static readonly Gen<Part> Parts = Gen.Select(Gen.Int[0, States - 1], Gen.Enum<PartKind>(), Gen.Int[0, 4], (state, kind, number) => new Part(state, kind, number));

    private static readonly Gen<Part[][]> Transactions = Parts.Array[1, 6].Array[0, 20];

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSerializer().AddSingleton<OperationRunners>().AddSingleton(typeof(StateSerializer<>)).BuildServiceProvider();

    private enum PartKind
    {
        Version,
        Exists,
        Write,
        Clear,
        Add,
        Spend,
        Look,
    }

    [Fact]
    public void A_transaction_happens_as_a_whole_or_not_at_all() => Transactions.Sample(transactions =>
    {
        var table = NewTable();
        var records = new TableModel(table);
        var model = new Dictionary<int, (long Total, long Version)>();
        table.Applied(0);
        foreach (var parts in transactions)
        {
            var expected = Run(parts, model, records.Index + 1);
            var result = records.Run(Encode(parts));
            table.Applied(records.Index);
            var answer = TransactionAnswer.Parse(result.Payload);
            Assert.Equal(expected, (answer.Version, answer.Conflicts.Count, answer.Rejected?.Step));
            for (var state = 0; state < States; state++)
                Assert.Equal(model.GetValueOrDefault(state), Read(records, state));
        }

        // Another replica that runs the same commands has the same, to the byte: there is nothing beside the log.
        var other = new TableModel(NewTable());
        foreach (var parts in transactions)
            other.Run(Encode(parts));
        Assert.Equal(records.Dump(), other.Dump());
    }, iter: 300);

    [Fact]
    public void Any_bytes_are_a_transaction_or_an_error() => Gen.Byte.Array[0, 60].Sample(bytes =>
    {
        try
        {
            TransactionBody.Parse(bytes);
        }
        catch (UnreadableStateException)
        {
            // As it should be.
        }

        try
        {
            TransactionAnswer.Parse(bytes);
        }
        catch (UnreadableStateException)
        {
            // As it should be.
        }
    });

    public void Dispose() => _services.Dispose();

    private StatesTable NewTable() => new(_services.GetRequiredService<Serializer>(), _services.GetRequiredService<OperationRunners>());

    /// <summary>What has to happen: the version, how many conflicts, and the step that is refused.</summary>
    private static (long Version, int Conflicts, int? Rejected) Run(Part[] parts, Dictionary<int, (long Total, long Version)> model, long index)
    {
        var conflicts = parts.Count(part => part.Kind switch
        {
            PartKind.Version => model.GetValueOrDefault(part.State).Version != part.Number,
            PartKind.Exists => !model.ContainsKey(part.State),
            _ => false,
        });
        if (conflicts > 0)
            return (0, conflicts, null);

        var after = new Dictionary<int, (long Total, long Version)>(model);
        var step = 0;
        foreach (var part in parts.Where(part => part.Kind >= PartKind.Write))
        {
            var total = after.GetValueOrDefault(part.State).Total;
            switch (part.Kind)
            {
                case PartKind.Clear:
                    after.Remove(part.State);
                    break;
                case PartKind.Write:
                    after[part.State] = (part.Number, index);
                    break;
                case PartKind.Add:
                    after[part.State] = (total + part.Number, index);
                    break;
                case PartKind.Spend when total < part.Number:
                    return (0, 0, step);
                case PartKind.Spend:
                    after[part.State] = (total - part.Number, index);
                    break;
            }

            step++;
        }

        model.Clear();
        foreach (var (state, value) in after)
            model[state] = value;
        return (index, 0, null);
    }

    private Command Encode(Part[] parts)
    {
        var payload = new ArrayBufferWriter<byte>();
        StateCommand.Begin(payload, StateCommandKind.Transact, OriginFormat.Encode(default));
        BodyWriter.WriteCount(payload, parts.Count(part => part.Kind < PartKind.Write));
        foreach (var part in parts.Where(part => part.Kind < PartKind.Write))
        {
            BodyWriter.WriteBytes(payload, Key(part.State));
            BodyWriter.WriteByte(payload, part.Kind == PartKind.Exists ? TransactionBody.Exists : TransactionBody.VersionIs);
            BodyWriter.WriteInt64(payload, part.Number);
        }

        BodyWriter.WriteCount(payload, parts.Count(part => part.Kind >= PartKind.Write));
        foreach (var part in parts.Where(part => part.Kind >= PartKind.Write))
        {
            var (kind, body) = part.Kind switch
            {
                PartKind.Write => (StateCommandKind.Write, Record(part.Number)),
                PartKind.Clear => (StateCommandKind.Clear, []),
                PartKind.Add => (StateCommandKind.Apply, Operation(new Add(part.Number))),
                PartKind.Spend => (StateCommandKind.Apply, Operation(new Spend(part.Number))),
                _ => (StateCommandKind.Apply, Operation(new Look())),
            };
            BodyWriter.WriteByte(payload, (byte)kind);
            BodyWriter.WriteBytes(payload, Key(part.State));
            BodyWriter.WriteBytes(payload, body);
        }

        return new Command(StatesTable.TableName, default, payload.WrittenMemory.ToArray());
    }

    private byte[] Record(long total)
    {
        var record = new ArrayBufferWriter<byte>();
        _services.GetRequiredService<StateSerializer<Basket>>().Serialize(new Basket { Total = total }, record);
        return record.WrittenSpan.ToArray();
    }

    private byte[] Operation(object operation) => _services.GetRequiredService<Serializer>().SerializeToArray(operation);

    private (long Total, long Version) Read(TableModel records, int state) => records.TryGet(Key(state), out var record)
        ? (_services.GetRequiredService<StateSerializer<Basket>>().Deserialize(record.Pieces).Total, record.Version)
        : default;

    private static byte[] Key(int state) => StateKey.Encode(GrainId.Create("shelf", $"{state}"), "basket");

    private sealed record Part(int State, PartKind Kind, int Number);
}
