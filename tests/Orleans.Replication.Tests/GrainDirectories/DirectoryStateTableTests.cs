using CsCheck;
using Orleans.Replication.GrainDirectories.Records;
using Orleans.Replication.GrainDirectories.Records.Wire;
using Orleans.Replication.Raft;
using Orleans.Replication.Tests.Storage;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.GrainDirectories;

/// <summary>What a replica does with the commands of the grain directory.</summary>
public sealed class DirectoryStateTableTests
{
    private const string Name = "d";

    // Few names, so that they meet.
    private static readonly Gen<string> Silo = Gen.OneOf("s1", "s2");
    private static readonly Gen<string> Activation = Gen.OneOf("a1", "a2", "a3");
    private static readonly Gen<byte[]> Grain = Gen.OneOf("g1", "g2", "g3").Select(key => DirectoryKeys.Entry(Name, GrainId.Create("t", key)));

    private static readonly Gen<Command> Change = Gen.OneOf(
        Gen.Select(Grain, Silo, Activation, Silo, Gen.Bool, Gen.Bool).Select((grain, silo, activation, previous, replaces, exactly) => ToCommand(
            grain,
            new()
            {
                Register = new()
                {
                    Entry = new() { Silo = silo, Activation = activation },
                    Previous = !replaces ? null : exactly ? new() { Silo = previous, Activation = activation } : new() { Silo = previous },
                },
            })),
        Gen.Select(Grain, Activation).Select((grain, activation) => ToCommand(grain, new() { Unregister = new() { Activation = activation } })),
        Silo.Select(silo => ToCommand(DirectoryKeys.Directory(Name), new() { UnregisterSilos = new() { Silo = { silo } } })));

    [Fact]
    public void A_grain_whose_key_leaves_no_room_for_the_name_of_a_silo_is_refused_and_the_longest_other_one_is_registered_by_the_longest_name()
    {
        var prefix = DirectoryKeys.Entry(Name, GrainId.Create("t", "g")).Length - 1;
        var longest = new string('g', DirectoryKeys.MaxEntryBytes - prefix);
        Assert.Throws<ArgumentException>(() => DirectoryKeys.Entry(Name, GrainId.Create("t", longest + "g")));

        var silo = new string('я', DirectoryFormat.MaxNameCharacters);
        var change = new DirectoryChange { Register = new() { Entry = new() { Silo = silo, Activation = "a1" } } };
        var result = new TableModel(new DirectoryStateTable()).Run(ToCommand(DirectoryKeys.Entry(Name, GrainId.Create("t", longest)), change));
        Assert.Equal(CommandStatus.Ok, result.Status);
    }

    [Fact]
    public void The_list_of_what_is_on_a_silo_always_agrees_with_the_entries() => Change.Array[0, 30].Sample(changes =>
    {
        var model = new TableModel(new DirectoryStateTable());
        foreach (var change in changes)
            Assert.Equal(CommandStatus.Ok, model.Run(change).Status);

        var entries = model.Scan(DirectoryKeys.Directory(Name)).Where(pair => DirectoryKeys.TryReadEntry(pair.Key.Span, out _)).ToList();
        var expected = entries.Select(pair =>
        {
            Assert.True(DirectoryKeys.TryReadEntry(pair.Key.Span, out var parts));
            return Convert.ToHexString(DirectoryKeys.OnSilo(parts, DirectoryFormat.DecodeEntry(pair.Value.Value.Span).Silo));
        });
        var listed = model.Dump().Select(record => record.Key).Except(entries.Select(pair => Convert.ToHexString(pair.Key.Span)));
        Assert.Equal(expected.Order(), listed.Order());
    });

    [Fact]
    public void A_command_of_a_later_format_stops_the_replica_instead_of_making_it_differ() => Assert.Throws<NotSupportedException>(() =>
        new TableModel(new DirectoryStateTable()).Run(new Command(DirectoryStateTable.TableName, "k"u8.ToArray(), new byte[] { DirectoryFormat.Version + 1 })));

    [Fact]
    public void Any_key_and_any_bytes_of_the_known_format_are_applied_or_refused() =>
        Gen.Select(Gen.OneOf(Gen.Byte.Array[0, 20], Grain), Gen.Byte.Array[0, 12]).Sample((key, bytes) =>
        {
            if (bytes.Length > 0)
                bytes[0] = DirectoryFormat.Version;
            new TableModel(new DirectoryStateTable()).Run(new Command(DirectoryStateTable.TableName, key, bytes));
        });

    private static Command ToCommand(byte[] key, DirectoryChange change) => new(DirectoryStateTable.TableName, key, DirectoryFormat.Encode(change));
}
