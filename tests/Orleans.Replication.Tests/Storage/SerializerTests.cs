using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Replication.Groups;
using Orleans.Replication.Storage.Provider;
using Orleans.Replication.Storage.Records;
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

    /// <summary>What was written in one way is read in the other: also by a silo of an earlier release, which knows one of them only.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task A_stream_has_the_bytes_that_the_serializer_makes_without_one(string serializer)
    {
        var parcel = new Parcel { Label = "Посылка", Content = RandomNumberGenerator.GetBytes(100_000) };
        var plain = Serializers[serializer]();
        var whole = GrainRecord.OfState(plain.Serialize(parcel).ToMemory().Span);
        var streamed = await StateStreams.WriteAsync(plain, parcel, Cancelled);
        Assert.True(whole.Span.SequenceEqual(streamed.Span));
        Assert.True(GrainRecord.TryGetState(whole, out var state));
        var read = await StateStreams.ReadAsync<Parcel>(plain, state, Cancelled);
        Assert.True(parcel.Content.AsSpan().SequenceEqual(read!.Content));
    }

    /// <summary>A text of the state, and its bytes, and the record were three of it at once.</summary>
    [Fact]
    public async Task A_large_state_is_not_held_as_a_text_beside_its_record()
    {
        var newtonsoft = Serializers["Newtonsoft"]();
        var parcel = new Parcel { Label = "large", Content = RandomNumberGenerator.GetBytes(LargeBytes) };
        await StateStreams.WriteAsync(newtonsoft, parcel, Cancelled);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var record = StateStreams.WriteAsync(newtonsoft, parcel, Cancelled);
        Assert.True(record.IsCompletedSuccessfully);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, LargeBytes, 4 * LargeBytes);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

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
        services.AddSingleton<IGroupAccesses>(member);
        services.AddRaftGrainStorage(Name, options => options.GrainStorageSerializer = Serializers[serializer]());
        return services.BuildServiceProvider();
    }
}
