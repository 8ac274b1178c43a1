using System.Net;
using CsCheck;
using Orleans.Replication.Raft.Log;
using Orleans.Replication.Raft.Membership;

namespace Orleans.Replication.Raft.Tests.Log;

public sealed class ConfigurationFormatTests
{
    private static readonly ConfigurationFormat Format = new("stock", EndPointText.Format, EndPointText.Parse);

    private static readonly GroupConfiguration Some = new(
    [
        new("first", new DnsEndPoint("host-1", 4001), RaftMemberRole.Voter),
        new("second", IPEndPoint.Parse("[fe80::1]:4002"), RaftMemberRole.Learner),
    ]);

    [Fact]
    public void What_was_written_is_read_again() => Assert.Equal(Some.Members, Format.Decode(Format.Encode(Some)).Members);

    /// <summary>The bytes are in logs: they may not change without a new version.</summary>
    [Fact]
    public void The_first_version_stays_as_it_is() => Assert.Equal(
        "C0010573746F636B02010566697273740F646E7320686F73742D313A3430303100067365636F6E64116970205B666538303A3A315D3A34303032",
        Convert.ToHexString(Format.Encode(Some)));

    [Fact]
    public void A_configuration_is_no_entry_with_commands_to_software_that_knows_only_those()
    {
        var entry = Format.Encode(Some);
        Assert.True(ConfigurationFormat.IsConfiguration(entry));
        Assert.False(ConfigurationFormat.IsConfiguration([EntryFormat.Version, 0]));
        Assert.Throws<LogFormatException>(() =>
        {
            var cursor = new SpanCursor(entry);
            EntryFormat.ReadHeader(ref cursor, "stock"u8);
        });
    }

    [Fact]
    public void Any_bytes_are_a_configuration_or_an_error() => Gen.Byte.Array[0, 60].Sample(bytes =>
    {
        byte[] entry = [0xC0, 1, 5, .. "stock"u8, .. bytes];
        try
        {
            return Format.Decode(entry).Voters.Count > 0;
        }
        catch (LogFormatException)
        {
            return true;
        }
    });

    [Theory]
    [InlineData("another group")]
    [InlineData("another version")]
    public void Another_group_or_version_is_refused(string what)
    {
        var entry = Format.Encode(Some);
        entry[what == "another version" ? 1 : 3]++;
        Assert.Throws<LogFormatException>(() => Format.Decode(entry));
    }
}
