using System.Net;
using CsCheck;
using Google.Protobuf;
using Orleans.Replication.Clustering.Membership;
using Orleans.Replication.Clustering.Membership.Wire;
using Orleans.Replication.Raft;
using Orleans.Replication.Tests.Storage;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Clustering;

/// <summary>The replicated side alone; the contract of the table is tested through the provider, on a real group.</summary>
public sealed class MembershipStateTableTests
{
    private static readonly MembershipKeys Keys = new("cluster");
    private static readonly SiloAddress Silo = SiloAddress.New(IPAddress.Loopback, 11111, 1);
    private readonly TableModel _model = new(new MembershipStateTable());

    [Fact]
    public void A_heartbeat_is_small()
    {
        var change = new MembershipChange { Cluster = "cluster", Heartbeat = new() { Silo = Silo.ToParsableString(), AliveTime = DateTime.UtcNow.Ticks } };
        Assert.InRange(MembershipFormat.Encode(change).Length, 1, 64);
    }

    [Fact]
    public void A_heartbeat_touches_neither_the_row_nor_the_version()
    {
        Assert.Equal(CommandStatus.Ok, Insert(0).Status);
        var before = (Version(Keys.Row(Silo.ToParsableString())), Version(Keys.Version.ToArray()));
        Assert.Equal(CommandStatus.Ok, Beat(42).Status);
        Assert.Equal(before, (Version(Keys.Row(Silo.ToParsableString())), Version(Keys.Version.ToArray())));
        Assert.Equal(42, MembershipStateTable.ReadHeartbeat(Keys, Silo.ToParsableString(), _model));
    }

    [Fact]
    public void A_heartbeat_of_an_unknown_silo_changes_nothing()
    {
        Assert.Equal(CommandStatus.Ok, Beat(42).Status);
        Assert.Empty(_model.Dump());
    }

    [Fact]
    public void A_row_that_is_none_is_refused_before_it_is_stored()
    {
        var insert = new InsertRow { Silo = Silo.ToParsableString(), Row = ByteString.CopyFromUtf8("garbage"), TableVersion = 1 };
        AssertRefused(MembershipRefusal.Malformed, Run(new() { Cluster = "cluster", Insert = insert }, 0));
        Assert.Empty(_model.Dump());
    }

    [Fact]
    public void A_row_of_another_silo_is_refused()
    {
        var row = MembershipFormat.EncodeRow(new() { SiloAddress = SiloAddress.New(IPAddress.Loopback, 11111, 2) });
        var insert = new InsertRow { Silo = Silo.ToParsableString(), Row = ByteString.CopyFrom(row), TableVersion = 1 };
        AssertRefused(MembershipRefusal.Malformed, Run(new() { Cluster = "cluster", Insert = insert }, 0));
    }

    [Fact]
    public void A_command_of_a_later_format_stops_the_replica_instead_of_making_it_differ() => Assert.Throws<NotSupportedException>(() =>
        _model.Run(new Command(MembershipStateTable.TableName, Keys.Version, new byte[] { MembershipFormat.Version + 1 })));

    [Fact]
    public void Any_bytes_of_the_known_format_are_applied_or_refused() => Gen.Byte.Array[0, 64].Sample(bytes =>
    {
        if (bytes.Length > 0)
            bytes[0] = MembershipFormat.Version;
        var result = new TableModel(new MembershipStateTable()).Run(new Command(MembershipStateTable.TableName, Keys.Version, bytes));
        Assert.NotEqual(CommandStatus.VersionMismatch, result.Status);
    });

    [Fact]
    public void Clusters_with_other_ids_have_tables_of_their_own()
    {
        Assert.Equal(CommandStatus.Ok, Insert(0).Status);
        Assert.Equal(CommandStatus.Ok, Insert(0, "clust").Status);
        Run(new() { Cluster = "clust", RemoveAll = new() }, null, "clust");
        Assert.Equal(CommandStatus.Rejected, Insert(Version(Keys.Version.ToArray())).Status);
        Assert.Equal(CommandStatus.Ok, Insert(0, "clust").Status);
    }

    private static void AssertRefused(MembershipRefusal reason, CommandResult result)
    {
        Assert.Equal(CommandStatus.Rejected, result.Status);
        Assert.Equal((byte)reason, Assert.Single(result.Payload.ToArray()));
    }

    private CommandResult Insert(long expectedVersion, string cluster = "cluster")
    {
        var row = MembershipFormat.EncodeRow(new() { SiloAddress = Silo });
        var insert = new InsertRow { Silo = Silo.ToParsableString(), Row = ByteString.CopyFrom(row), TableVersion = 1 };
        return Run(new() { Cluster = cluster, Insert = insert }, expectedVersion, cluster);
    }

    private CommandResult Beat(long ticks) =>
        Run(new() { Cluster = "cluster", Heartbeat = new() { Silo = Silo.ToParsableString(), AliveTime = ticks } }, null);

    private CommandResult Run(MembershipChange change, long? expectedVersion, string cluster = "cluster") =>
        _model.Run(new Command(MembershipStateTable.TableName, new MembershipKeys(cluster).Version, MembershipFormat.Encode(change), expectedVersion));

    private long Version(byte[] key) => _model.TryGet(key, out var record) ? record.Version : 0;
}
