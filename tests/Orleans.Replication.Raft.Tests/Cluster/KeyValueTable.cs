using System.Buffers.Binary;
using System.Text;

namespace Orleans.Replication.Raft.Tests.Cluster;

/// <summary>Commands for tests: <c>p</c> puts, <c>d</c> deletes, <c>a</c> adds to a counter and answers its value, <c>r</c> writes and refuses, <c>x</c> throws.</summary>
internal sealed class KeyValueTable : IReplicatedTable
{
    public string Name => "kv";

    public int Resets { get; private set; }

    public int Applied { get; private set; }

    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        Applied++;
        var payload = context.Payload.Span;
        switch ((char)payload[0])
        {
            case 'p':
                state.Put(context.Key, payload[1..]);
                return CommandOutcome.Ok();
            case 'd':
                state.Delete(context.Key);
                return CommandOutcome.Ok();
            case 'a':
                var before = state.TryGet(context.Key, out var record) ? BinaryPrimitives.ReadInt64LittleEndian(record.Value.Span) : 0;
                var value = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(value, before + 1);
                state.Put(context.Key, value);
                return CommandOutcome.Ok(value);
            case 'r':
                state.Put(context.Key, payload);
                return CommandOutcome.Rejected("no"u8.ToArray());
            default:
                throw new InvalidOperationException("A table with a bug.");
        }
    }

    public void Reset() => Resets++;

    public static Command Put(string key, string value, long? expected = null) =>
        new("kv", Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes("p" + value), expected);

    public static Command Delete(string key) => new("kv", Encoding.UTF8.GetBytes(key), "d"u8.ToArray());

    public static Command Add(string key) => new("kv", Encoding.UTF8.GetBytes(key), "a"u8.ToArray());

    public static Command Refuse(string key) => new("kv", Encoding.UTF8.GetBytes(key), "r"u8.ToArray());

    public static Command Throw(string key) => new("kv", Encoding.UTF8.GetBytes(key), "x"u8.ToArray());
}
