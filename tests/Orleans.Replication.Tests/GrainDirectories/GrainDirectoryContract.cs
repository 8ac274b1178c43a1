using System.Net;
using Orleans.GrainDirectory;
using Orleans.Replication.GrainDirectories.Provider;
using Orleans.Replication.GrainDirectories.Records;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.GrainDirectories;

/// <summary>The contract of <see cref="IGrainDirectory"/>, sentence by sentence. Each test has a directory of its own.</summary>
public abstract class GrainDirectoryContract
{
    private static readonly SiloAddress First = SiloAddress.New(IPAddress.Loopback, 1, 10);
    private static readonly SiloAddress Second = SiloAddress.New(IPAddress.Loopback, 2, 20);
    private static readonly GrainId Grain = GrainId.Create("precious", "Ада/1");

    private readonly string _name = Guid.NewGuid().ToString("N");
    private readonly RaftGrainDirectory _writer;
    private readonly RaftGrainDirectory _reader;
    private readonly IGroupFixture _group;

    private protected GrainDirectoryContract(IGroupFixture group)
    {
        (_group, _writer, _reader) = (group, group.Writer.CreateGrainDirectory(_name), group.Reader.CreateGrainDirectory(_name));
    }

    [Fact]
    public async Task What_was_registered_is_found_with_its_membership_version()
    {
        var address = Address(First, version: 7);
        AssertSame(address, await _writer.Register(address));
        AssertSame(address, await _reader.Lookup(Grain));
    }

    [Fact]
    public async Task The_least_membership_version_is_kept_too()
    {
        var address = new GrainAddress { GrainId = Grain, SiloAddress = First, ActivationId = ActivationId.NewId() };
        await _writer.Register(address);
        Assert.Equal(MembershipVersion.MinValue, (await _reader.Lookup(Grain))!.MembershipVersion);
    }

    [Fact]
    public async Task A_grain_that_is_not_registered_is_not_found() => Assert.Null(await _reader.Lookup(Grain));

    [Fact]
    public async Task Registering_over_another_gives_the_one_that_is_registered()
    {
        var winner = Address(First);
        await _writer.Register(winner);
        AssertSame(winner, await _writer.Register(Address(Second)));
        AssertSame(winner, await _reader.Lookup(Grain));
    }

    [Fact]
    public async Task Registering_the_same_address_again_changes_nothing()
    {
        var address = Address(First, version: 1);
        await _writer.Register(address);
        AssertSame(address, await _writer.Register(With(address, version: 2)));
        AssertSame(address, await _reader.Lookup(Grain));
    }

    [Fact]
    public async Task Of_twenty_that_register_at_once_all_hear_the_same_winner()
    {
        var addresses = Enumerable.Range(0, 20).Select(i => Address(i % 2 == 0 ? First : Second)).ToArray();
        var answers = await Task.WhenAll(addresses.Select((address, i) => (i % 2 == 0 ? _writer : _reader).Register(address)));
        var winner = Assert.Single(answers.Distinct());
        Assert.Contains(winner, addresses);
        AssertSame(winner!, await _reader.Lookup(Grain));
    }

    [Fact]
    public async Task A_previous_address_that_is_registered_is_replaced()
    {
        var previous = Address(First);
        await _writer.Register(previous);
        var next = Address(Second, version: 9);
        AssertSame(next, await _writer.Register(next, previous));
        AssertSame(next, await _reader.Lookup(Grain));
    }

    [Fact]
    public async Task A_previous_address_without_an_activation_stands_for_any_on_its_silo()
    {
        await _writer.Register(Address(First));
        var next = Address(Second);
        AssertSame(next, await _writer.Register(next, new GrainAddress { GrainId = Grain, SiloAddress = First }));
    }

    [Fact]
    public async Task A_previous_address_that_is_not_registered_replaces_nothing()
    {
        var current = Address(First);
        await _writer.Register(current);
        GrainAddress[] others =
        [
            Address(First),
            With(current, silo: Second),
            new() { GrainId = Grain, SiloAddress = Second },
            new() { GrainId = Grain, ActivationId = current.ActivationId },
            new() { GrainId = GrainId.Create("precious", "2"), SiloAddress = First, ActivationId = current.ActivationId },
        ];
        foreach (var previous in others)
            AssertSame(current, await _writer.Register(Address(Second), previous));
        AssertSame(current, await _reader.Lookup(Grain));
    }

    [Fact]
    public async Task With_no_entry_the_previous_address_is_ignored()
    {
        var address = Address(Second);
        AssertSame(address, await _writer.Register(address, Address(First)));
    }

    [Fact]
    public async Task Of_many_that_replace_the_same_previous_address_one_wins()
    {
        var previous = Address(First);
        await _writer.Register(previous);
        var next = Enumerable.Range(0, 20).Select(_ => Address(Second)).ToArray();
        var answers = await Task.WhenAll(next.Select((address, i) => (i % 2 == 0 ? _writer : _reader).Register(address, previous)));
        var winner = Assert.Single(answers.Distinct());
        Assert.Contains(winner, next);
    }

    [Fact]
    public async Task Only_the_registered_activation_can_be_unregistered()
    {
        var address = Address(First);
        await _writer.Register(address);
        await _writer.Unregister(Address(First));
        await _writer.Unregister(new GrainAddress { GrainId = Grain, SiloAddress = First });
        AssertSame(address, await _reader.Lookup(Grain));
        await _writer.Unregister(address);
        Assert.Null(await _reader.Lookup(Grain));
        await _writer.Unregister(address);
    }

    [Fact]
    public async Task An_address_that_is_not_complete_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _writer.Register(new GrainAddress { GrainId = Grain, SiloAddress = First }));
        await Assert.ThrowsAsync<ArgumentException>(() => _writer.Register(new GrainAddress { GrainId = Grain, ActivationId = ActivationId.NewId() }));
    }

    [Fact]
    public async Task Unregistering_silos_removes_what_is_on_them_and_nothing_else()
    {
        var onFirst = Enumerable.Range(0, 10).Select(i => Address(First, key: $"first-{i}")).ToArray();
        var onSecond = Enumerable.Range(0, 10).Select(i => Address(Second, key: $"second-{i}")).ToArray();
        await Task.WhenAll(onFirst.Concat(onSecond).Select(address => _writer.Register(address)));
        // This one has moved away in time.
        var moved = Address(Second, key: "first-0");
        await _writer.Register(moved, onFirst[0]);

        await Task.WhenAll(_writer.UnregisterSilos([First, First]), _reader.UnregisterSilos([First]));
        AssertSame(moved, await _reader.Lookup(moved.GrainId));
        foreach (var address in onFirst.Skip(1))
            Assert.Null(await _reader.Lookup(address.GrainId));
        foreach (var address in onSecond)
            AssertSame(address, await _reader.Lookup(address.GrainId));
    }

    [Fact]
    public async Task Unregistering_silos_that_hold_nothing_proposes_nothing()
    {
        await _writer.Register(Address(First));
        await _writer.UnregisterSilos([First]);
        var before = await RegisterAndFindIndexAsync("before");
        await _writer.UnregisterSilos([First, First]);
        await _writer.UnregisterSilos([]);
        Assert.Equal(before + 1, await RegisterAndFindIndexAsync("after"));
    }

    [Fact]
    public async Task Directories_of_other_names_are_apart()
    {
        var address = Address(First);
        await _writer.Register(address);
        var other = _group.Writer.CreateGrainDirectory(Guid.NewGuid().ToString("N"));
        Assert.Null(await other.Lookup(Grain));
        await other.UnregisterSilos([First]);
        AssertSame(address, await _reader.Lookup(Grain));
    }

    // Commands are numbered without gaps: who proposes in between is seen.
    private async Task<long> RegisterAndFindIndexAsync(string key)
    {
        var address = Address(Second, key: key);
        await _writer.Register(address);
        Assert.True(_group.Writer.Group.GetReader(DirectoryStateTable.TableName).TryGet(DirectoryKeys.Entry(_name, address.GrainId), out var record));
        return record.Version;
    }

    private static GrainAddress Address(SiloAddress silo, long version = 3, string? key = null) => new()
    {
        GrainId = key is null ? Grain : GrainId.Create("precious", key),
        SiloAddress = silo,
        ActivationId = ActivationId.NewId(),
        MembershipVersion = new(version),
    };

    private static GrainAddress With(GrainAddress address, SiloAddress? silo = null, long? version = null) => new()
    {
        GrainId = address.GrainId,
        SiloAddress = silo ?? address.SiloAddress,
        ActivationId = address.ActivationId,
        MembershipVersion = version is { } v ? new(v) : address.MembershipVersion,
    };

    private static void AssertSame(GrainAddress expected, GrainAddress? actual)
    {
        Assert.Equal(expected, actual);
        Assert.Equal(expected.MembershipVersion, actual!.MembershipVersion);
    }
}
