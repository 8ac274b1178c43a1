using CsCheck;
using Orleans.Replication.Raft.Consensus;
using Orleans.Replication.Raft.Log;

namespace Orleans.Replication.Raft.Tests.Consensus;

/// <summary>What a consensus writes into the log and on disk.</summary>
public sealed class ConsensusFormatTests
{
    [Fact]
    public void A_command_is_read_as_it_was_written() =>
        Gen.Select(Gen.Enum<ConsensusCommandKind>(), Gen.Guid, Gen.Int[1, ConsensusCommand.MaxKeptRevisions], Gen.Long[0, long.MaxValue], Gen.Byte.Array)
            .Sample((kind, ticket, kept, revision, body) =>
            {
                var read = ConsensusCommand.Decode(new ConsensusCommand(kind, ticket, kept, revision, body).Encode());
                Assert.Equal((kind, ticket, kept, revision), (read.Kind, read.Ticket, read.KeptRevisions, read.Revision));
                Assert.Equal(body, read.Body.ToArray());
            });

    [Fact]
    public void Any_bytes_are_a_command_or_a_typed_error() => Gen.Byte.Array.Sample(bytes =>
    {
        try
        {
            _ = ConsensusCommand.Decode(bytes);
        }
        catch (LogFormatException)
        {
        }
    });

    /// <summary>Bytes that a release has written: they have to stay readable.</summary>
    [Fact]
    public void The_bytes_of_version_1_are_these()
    {
        var command = new ConsensusCommand(ConsensusCommandKind.Rollback, new Guid("00112233-4455-6677-8899-aabbccddeeff"), 300, 7, default);
        Assert.Equal("01033322110055447766" + "8899AABBCCDDEEFF" + "AC0207", Convert.ToHexString(command.Encode()));
        Assert.Equal("0196019601C80141", Convert.ToHexString(new ConsensusHead(150, 150, 200, "A").Encode()));
        Assert.Equal("0102" + "8096980000000000" + "AB", Convert.ToHexString(new RevisionRecord(RevisionKind.Operation, new DateTimeOffset(10_000_000, TimeSpan.Zero), new byte[] { 0xAB }).Encode()));
        Assert.Equal("0101AC02", Convert.ToHexString(new ConsensusReply(ConsensusReplyKind.Agreed, 300).Encode()));
    }

    [Fact]
    public void Another_version_is_refused_with_its_number()
    {
        var command = new ConsensusCommand(ConsensusCommandKind.SetState, Guid.Empty, 1, 0, default).Encode();
        command[0] = 9;
        Assert.Contains("version 9", Assert.Throws<LogFormatException>(() => ConsensusCommand.Decode(command)).Message, StringComparison.Ordinal);
    }
}
