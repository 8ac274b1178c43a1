using System.Net;
using System.Text.Json;
using CsCheck;
using Orleans.Replication.Clustering.Membership;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

public sealed class MembershipFormatTests
{
    [Fact]
    public void Every_field_of_a_row_comes_back() => MembershipGen.Entry.Sample(entry =>
    {
        // Lone surrogates are no text; protobuf replaces them.
        if (new[] { entry.HostName, entry.SiloName, entry.RoleName }.Any(s => s is not null && s.Any(char.IsSurrogate)))
            return;
        var row = MembershipFormat.DecodeRow(MembershipFormat.EncodeRow(entry));
        Assert.Equal(Text(entry), Text(MembershipFormat.ToEntry(row, entry.IAmAliveTime.Ticks)));
    });

    [Fact]
    public void A_missing_list_of_suspects_is_not_an_empty_one()
    {
        var entry = new MembershipEntry { SiloAddress = SiloAddress.New(IPAddress.Loopback, 1, 1) };
        Assert.Null(RoundTrip(entry).SuspectTimes);
        entry.SuspectTimes = [];
        Assert.Empty(RoundTrip(entry).SuspectTimes!);
    }

    [Fact]
    public void Times_come_back_as_universal_times()
    {
        var local = DateTime.Now;
        var entry = RoundTrip(new() { SiloAddress = SiloAddress.New(IPAddress.Loopback, 1, 1), StartTime = local });
        Assert.Equal(DateTimeKind.Utc, entry.StartTime.Kind);
        Assert.Equal(local.ToUniversalTime(), entry.StartTime);
    }

    [Fact]
    public void Any_bytes_are_a_change_or_none() => Gen.Byte.Array[1, 64].Sample(bytes =>
    {
        MembershipFormat.TryDecodeChange(bytes, out _);
    });

    private static MembershipEntry RoundTrip(MembershipEntry entry) =>
        MembershipFormat.ToEntry(MembershipFormat.DecodeRow(MembershipFormat.EncodeRow(entry)), 0);

    private static string Text(MembershipEntry entry) => JsonSerializer.Serialize(new
    {
        Silo = entry.SiloAddress.ToParsableString(),
        entry.Status,
        Suspects = entry.SuspectTimes?.Select(s => new { Silo = s.Item1.ToParsableString(), Time = s.Item2 }),
        entry.ProxyPort,
        entry.HostName,
        entry.SiloName,
        entry.RoleName,
        entry.UpdateZone,
        entry.FaultZone,
        entry.StartTime,
        entry.IAmAliveTime,
    });
}
