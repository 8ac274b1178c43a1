using CsCheck;
using Orleans.Replication.Raft.Log;

namespace Orleans.Replication.Raft.Tests.Log;

public sealed class CommandFormatTests
{
    private static readonly Gen<byte[]> Bytes = Gen.Byte.Array[0, 300];

    private static readonly Gen<long?> ExpectedVersions = Gen.OneOf(
        Gen.Const((long?)null), Gen.Const((long?)0), Gen.Const((long?)long.MaxValue), Gen.Long[0, long.MaxValue].Select(version => (long?)version));

    private static readonly Gen<Command> Commands = Gen.Select(
        Gen.String[0, 30], Bytes, Bytes, ExpectedVersions, (table, key, payload, expected) => new Command(table, key, payload, expected));

    [Fact]
    public void A_command_is_read_as_it_was_written() => Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Commands).Sample((session, sequence, floor, command) =>
    {
        var read = CommandFormat.Decode(CommandFormat.EncodeApply(session, sequence, floor, command));
        return read.Kind == CommandKind.Apply && read.Session == session && read.Sequence == sequence && read.Floor == floor
            && read.ExpectedVersion == command.ExpectedVersion && read.Key.Span.SequenceEqual(command.Key.Span) && read.Payload.Span.SequenceEqual(command.Payload.Span)
            && read.Table.Span.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(command.Table));
    });

    [Fact]
    public void An_order_to_open_a_session_is_read_as_it_was_written() => Gen.ULong.Sample(nonce =>
    {
        var read = CommandFormat.Decode(CommandFormat.EncodeOpenSession(nonce));
        return read.Kind == CommandKind.OpenSession && read.Session == 0 && read.Sequence == nonce && read.Payload.IsEmpty;
    });

    [Fact]
    public void Any_bytes_are_a_command_or_a_LogFormatException() => Bytes.Sample(IsCommandOrTypedError);

    [Fact]
    public void A_command_with_some_bytes_changed_is_a_command_or_a_LogFormatException() =>
        Gen.Select(Commands, Gen.Int[0, 1000], Gen.Byte, Gen.Int[0, 3]).Sample((command, at, value, cut) =>
        {
            var bytes = CommandFormat.EncodeApply(1, 2, 3, command);
            bytes[at % bytes.Length] = value;
            return IsCommandOrTypedError(bytes[..(bytes.Length - cut)]);
        });

    [Theory]
    [InlineData(0xFF)]
    [InlineData(2)]
    public void A_kind_of_a_later_version_is_refused(int kind)
    {
        var bytes = CommandFormat.EncodeApply(1, 2, 3, new Command("kv", default, default));
        bytes[0] = (byte)kind;
        Assert.Contains("kind of command", Refusal(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_behind_a_command_are_refused()
    {
        byte[] bytes = [.. CommandFormat.EncodeApply(1, 2, 3, new Command("kv", default, default)), 0];
        Assert.Contains("followed by bytes", Refusal(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_beyond_the_limit_is_refused()
    {
        var bytes = CommandFormat.EncodeApply(1, 2, 3, new Command("kv", new byte[CommandFormat.MaxKeyBytes + 1], default));
        Assert.Contains("out of range", Refusal(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_of_more_than_64_bits_is_refused()
    {
        byte[] bytes = [.. new byte[17], 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0, 0, 0, 0];
        Assert.Contains("longer than 64 bits", Refusal(bytes), StringComparison.Ordinal);
    }

    /// <summary>A length is compared with what is there before anything is made of it.</summary>
    [Fact]
    public void A_length_beyond_the_end_costs_no_memory()
    {
        byte[] bytes = [.. new byte[17], 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];
        Refusal(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refusal(bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
    }

    private static string Refusal(byte[] bytes) => Assert.Throws<LogFormatException>(() => CommandFormat.Decode(bytes)).Message;

    private static bool IsCommandOrTypedError(byte[] bytes)
    {
        try
        {
            CommandFormat.Decode(bytes);
            return true;
        }
        catch (LogFormatException)
        {
            return true;
        }
    }
}
