using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Orleans.Replication.Tests.Storage;

/// <summary>States of each of Orleans' serializers, small and of 16 MB, written on one member of three and read on another.</summary>
public sealed class SerializerTests
{
    private const string Name = "parcel";
    private const int LargeBytes = 16_000_000;

    private static readonly GrainId Grain = GrainId.Create("parcel", "Ада/1");

    private static readonly Dictionary<string, Func<IGrainStorageSerializer>> Serializers = new()
    {
        ["Orleans"] = () => new OrleansGrainStorageSerializer(SiloServices.Serializer),
        ["System.Text.Json"] = () => new SystemTextJsonGrainStorageSerializer(Options.Create(new SystemTextJsonGrainStorageSerializerOptions())),
        ["Newtonsoft"] = () => ActivatorUtilities.CreateInstance<JsonGrainStorageSerializer>(SiloServices.Provider),
    };

    public static TheoryData<string> Names => new(Serializers.Keys);

    [Theory, MemberData(nameof(Names))]
    public async Task A_state_is_read_as_it_was_written(string serializer)
    {
        await using var group = await TestGroup.StartAsync(3);
        await WriteAndReadAsync(group, serializer, "Посылка", 10);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_state_of_16_MB_is_replicated_when_commands_may_be_that_large(string serializer)
    {
        await using var group = await TestGroup.StartAsync(3, new() { MaxCommandBytes = 32 << 20, ProposalTimeout = TimeSpan.FromSeconds(60), ReadTimeout = TimeSpan.FromSeconds(30) });
        await WriteAndReadAsync(group, serializer, "large", LargeBytes);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_state_of_16_MB_is_refused_by_the_defaults_with_what_to_do(string serializer)
    {
        await using var group = await TestGroup.StartAsync(1);
        var error = await Assert.ThrowsAsync<RaftGrainStorageException>(() => WriteAndReadAsync(group, serializer, "large", LargeBytes));
        Assert.False(error.OutcomeUnknown);
        Assert.Contains("MaxCommandBytes", error.Message, StringComparison.Ordinal);
    }

    private static async Task WriteAndReadAsync(TestGroup group, string serializer, string label, int bytes)
    {
        var written = new GrainState<Parcel>(new() { Label = label, Content = RandomNumberGenerator.GetBytes(bytes) });
        await using var writer = Services(group.Members[0], serializer);
        await using var reader = Services(group.Members[^1], serializer);
        await writer.GetRequiredKeyedService<IGrainStorage>(Name).WriteStateAsync(Name, Grain, written);
        var read = new GrainState<Parcel>();
        await reader.GetRequiredKeyedService<IGrainStorage>(Name).ReadStateAsync(Name, Grain, read);
        Assert.Equal((written.ETag, label), (read.ETag, read.State!.Label));
        Assert.True(written.State!.Content.AsSpan().SequenceEqual(read.State.Content));
    }

    private static ServiceProvider Services(GroupMember member, string serializer)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSerializer();
        services.AddSingleton<IReplicationHost>(member);
        services.AddRaftGrainStorage(Name, options => options.GrainStorageSerializer = Serializers[serializer]());
        return services.BuildServiceProvider();
    }
}
