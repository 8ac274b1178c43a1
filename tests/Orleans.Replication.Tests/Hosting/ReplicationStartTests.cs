using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Hosting;

/// <summary>How a silo's replication starts, or says why it does not.</summary>
public sealed class ReplicationStartTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_silos_on_their_own_with_different_folders_do_not_meet()
    {
        await using var one = await TestSilo.StartOneAsync(_folder.Sub("one"));
        await using var other = await TestSilo.StartOneAsync(_folder.Sub("other"));
        Assert.NotEqual(one.Replication.PeerId, other.Replication.PeerId);
        Assert.Equal(1, await one.Grains.GetGrain<IReplicatedBasketGrain>("g").Add(1));
        Assert.Equal(1, await other.Grains.GetGrain<IReplicatedBasketGrain>("g").Add(1));
        var address = Assert.Single(one.Replication.GetAddresses(one.Replication.PeerId));
        Assert.Matches($"^/ip4/127\\.0\\.0\\.1/tcp/[1-9][0-9]*/p2p/{one.Replication.PeerId}$", address);
        Assert.Empty(one.Replication.GetAddresses(other.Replication.PeerId));
    }

    [Fact]
    public async Task A_folder_in_use_by_another_silo_is_refused()
    {
        await using var one = await TestSilo.StartOneAsync(_folder.Path);
        var error = await RefusedAsync(options => options.DataDirectory = _folder.Path);
        Assert.Contains($"The data folder '{_folder.Path}' cannot be used", error, StringComparison.Ordinal);
        Assert.Equal(1, await one.Grains.GetGrain<IReplicatedBasketGrain>("g").Add(1));
    }

    [Fact]
    public async Task A_silo_that_is_not_among_the_peers_says_who_it_is()
    {
        var stranger = ThreeSilos.MakePeer(_folder.Sub("stranger"), 4001);
        var own = ThreeSilos.MakePeer(_folder.Sub("own"), 4002).Split('/')[^1];
        var error = await RefusedAsync(options =>
        {
            options.DataDirectory = _folder.Sub("own");
            options.Peers.Add(stranger);
        });
        Assert.Contains($"This silo is peer {own}", error, StringComparison.Ordinal);
        Assert.Contains($"ending in /p2p/{own}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"/ip4/127.0.0.1/tcp/{((IPEndPoint)listener.LocalEndpoint).Port}";
        var error = await RefusedAsync(options => options.ListenAddresses.Add(address));
        Assert.Contains(address, error, StringComparison.Ordinal);
        Assert.Contains("It comes from RaftReplicationOptions.ListenAddresses", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_another_cluster_is_refused()
    {
        await using (await TestSilo.StartOneAsync(_folder.Path))
        {
        }

        Assert.Contains("another", await RefusedAsync(options =>
        {
            options.DataDirectory = _folder.Path;
            options.ClusterId = "another";
        }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_of_the_groups_that_cannot_work_is_named() =>
        Assert.Contains("LogChunkBytes", await RefusedAsync(options => options.LogChunkBytes = 1_000_000), StringComparison.Ordinal);

    [Fact]
    public async Task A_peer_whose_address_is_a_name_is_told_to_say_what_to_listen_on()
    {
        var own = ThreeSilos.MakePeer(_folder.Sub("silo"), 4001).Replace("/ip4/127.0.0.1", "/dns4/silo1.example", StringComparison.Ordinal);
        Assert.Contains("Write the address to listen on", await RefusedAsync(options => options.Peers.Add(own)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Further_groups_have_logs_of_their_own()
    {
        await using var silo = await TestSilo.StartOneAsync(_folder.Path, options => options.Groups.Add("second"));
        Assert.Equal(["default", "second"], silo.Replication.Groups.Select(group => group.Name));
        Assert.True(Directory.Exists(Path.Combine(_folder.Path, "groups", "second")));
        Assert.Throws<ReplicationConfigurationException>(() => silo.Replication.GetGroup("third"));
    }

    [Fact]
    public async Task Replication_is_there_from_before_the_first_stage_of_the_runtime_until_after_its_last()
    {
        var probe = new StageProbe();
        await using (var silo = TestSilo.CreateAlone(silo => silo.AddRaftReplication(options => options.DataDirectory = _folder.Path)
            .Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services =>
            {
                probe.Host = services.GetRequiredService<IReplicationHost>();
                return probe;
            })))
        {
            Assert.Throws<ReplicationUnavailableException>(() => silo.Replication.PeerId);
            await silo.StartAsync();
        }

        Assert.Equal([CommandStatus.Ok, CommandStatus.Ok], probe.Statuses);
        await Assert.ThrowsAsync<GroupUnavailableException>(() => StageProbe.ClearAsync(probe.Host!));
    }

    private async Task<string> RefusedAsync(Action<RaftReplicationOptions> configure)
    {
        await using var silo = TestSilo.CreateAlone(silo => silo.AddRaftReplication(options =>
        {
            options.DataDirectory = _folder.Sub("silo");
            configure(options);
        }));
        return (await Assert.ThrowsAsync<ReplicationConfigurationException>(() => silo.StartAsync())).Message;
    }

    /// <summary>Writes in the first stage of the runtime, when it starts and when it stops.</summary>
    private sealed class StageProbe : ILifecycleParticipant<ISiloLifecycle>
    {
        public IReplicationHost? Host { get; set; }

        public List<CommandStatus> Statuses { get; } = [];

        public static async Task<CommandStatus> ClearAsync(IReplicationHost host)
        {
            var key = StateKey.Encode(GrainId.Create("t", "k"), "s");
            byte[] clear = [1, (byte)StateCommandKind.Clear];
            return (await host.GetGroup(ReplicationGroups.Default).ProposeAsync(new Command(StatesTable.TableName, key, clear))).Status;
        }

        public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(StageProbe), ServiceLifecycleStage.RuntimeInitialize, WriteAsync, WriteAsync);

        private async Task WriteAsync(CancellationToken cancellationToken) => Statuses.Add(await ClearAsync(Host!));
    }
}
