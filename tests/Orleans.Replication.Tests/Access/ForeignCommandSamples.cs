using System.Net;
using Google.Protobuf;
using Orleans.Replication.Clustering.Membership;
using Orleans.Replication.Clustering.Membership.Wire;
using Orleans.Replication.GrainDirectories.Records;
using Orleans.Replication.GrainDirectories.Records.Wire;
using Orleans.Replication.Journals.Records;
using Orleans.Replication.Raft;
using Orleans.Replication.Reminders.Records;
using Orleans.Replication.Storage.Records;
using Orleans.Replication.Transactions.Records;
using Orleans.Replication.Transactions.Records.Wire;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Access;

/// <summary>Commands that the providers send: one of each kind, for the same few records, so that one meets what another has made.</summary>
internal static class ForeignCommandSamples
{
    public const string ClusterId = "c";
    public const string ServiceId = "s";
    public const string Provider = "p";

    public static readonly GrainId Grain = GrainId.Create("account", "Ада/1");

    private static readonly SiloAddress Silo = SiloAddress.New(IPAddress.Loopback, 11111, 7);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Command> All { get; } = [.. Membership(), .. Storage(), .. Reminders(), .. Directory(), .. Transactions(), .. Journals()];

    /// <summary>The table of a command.</summary>
    public static IReplicatedTable Table(string name) => name switch
    {
        MembershipStateTable.TableName => new MembershipStateTable(),
        GrainStorageTable.TableName => new GrainStorageTable(),
        ReminderStateTable.TableName => new ReminderStateTable(),
        DirectoryStateTable.TableName => new DirectoryStateTable(),
        TransactionStateTable.TableName => new TransactionStateTable(),
        JournalTable.TableName => new JournalTable(new()),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such sample."),
    };

    private static IEnumerable<Command> Membership()
    {
        var keys = new MembershipKeys(ClusterId);
        var silo = Silo.ToParsableString();
        var row = ByteString.CopyFrom(MembershipFormat.EncodeRow(new()
        {
            SiloAddress = Silo,
            Status = SiloStatus.Active,
            SuspectTimes = [Tuple.Create(Silo, DateTime.UnixEpoch)],
            HostName = "host",
            SiloName = "silo",
            StartTime = DateTime.UnixEpoch,
        }));
        var version = keys.Version.ToArray();
        yield return Change(version, new() { Insert = new() { Silo = silo, Row = row, AliveTime = 5, TableVersion = 1 } });
        yield return Change(version, new() { Update = new() { Silo = silo, Row = row, AliveTime = 6, TableVersion = 2, RowVersion = 1 } });
        yield return Change(keys.Heartbeat(silo), new() { Heartbeat = new() { Silo = silo, AliveTime = 7 } });
        yield return Change(version, new() { RemoveDefunct = new() { Before = 1 } });
        yield return Change(version, new() { RemoveAll = new() });

        static Command Change(byte[] key, MembershipChange change)
        {
            change.Cluster = ClusterId;
            return new(MembershipStateTable.TableName, key, MembershipFormat.Encode(change));
        }
    }

    private static IEnumerable<Command> Storage()
    {
        var key = GrainRecordKey.Encode(Provider, Grain, "state");
        foreach (var record in new[] { GrainRecord.OfState("{}"u8), GrainRecord.Tombstone, GrainRecord.Delete })
            yield return new(GrainStorageTable.TableName, key, record);
    }

    private static IEnumerable<Command> Reminders()
    {
        var keys = new ReminderKeys(ServiceId);
        var key = keys.Of(Grain, "wake");
        yield return new(ReminderStateTable.TableName, key, ReminderRecord.Encode(DateTime.UnixEpoch, TimeSpan.FromMinutes(1)));
        yield return new(ReminderStateTable.TableName, key, ReminderRecord.Removal);
        yield return new(ReminderStateTable.TableName, keys.All, ReminderRecord.Clearing);
    }

    private static IEnumerable<Command> Directory()
    {
        var (entry, silo) = (DirectoryKeys.Entry(Provider, Grain), Silo.ToParsableString());
        var activation = ActivationId.NewId().ToParsableString();
        yield return Change(entry, new() { Register = new() { Entry = new() { Silo = silo, Activation = activation, MembershipVersion = 3 }, Previous = new() { Silo = silo, Activation = activation } } });
        yield return Change(entry, new() { Unregister = new() { Activation = activation } });
        yield return Change(DirectoryKeys.Directory(Provider), new() { UnregisterSilos = new() { Silo = { silo } } });

        static Command Change(byte[] key, DirectoryChange change) => new(DirectoryStateTable.TableName, key, DirectoryFormat.Encode(change));
    }

    private static IEnumerable<Command> Transactions()
    {
        var key = TransactionKeys.Header(Provider, Grain, "state");
        var prepared = new PreparedState { Sequence = 1, Transaction = ByteString.CopyFromUtf8("t"), State = ByteString.CopyFromUtf8("{}") };
        foreach (var change in new StateChange[] { new() { Prepare = { prepared } }, new() { CommitUpTo = 1 }, new() { Prepare = { prepared, prepared }, AbortAfter = 1, CommitUpTo = 1 } })
            yield return new(TransactionStateTable.TableName, key, TransactionFormat.Encode(change));
    }

    private static IEnumerable<Command> Journals()
    {
        var key = JournalKeys.Header(Provider, Grain);
        yield return new(JournalTable.TableName, key, JournalFormat.Append(Guid.NewGuid(), [new byte[] { 1 }, new byte[] { 2, 3 }]));
        yield return new(JournalTable.TableName, key, JournalFormat.Clear);
    }
}
