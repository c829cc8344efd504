using System.Net;

namespace Granary.Client;

/// <summary>A body that is read from a stream, which stays its owner's.</summary>
internal sealed class StreamBody : HttpContent
{
    private readonly Stream _input;

    public StreamBody(Stream input)
    {
        _input = input;
        Headers.ContentType = new("application/octet-stream");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        _input.CopyToAsync(stream);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _input.CopyToAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = _input.CanSeek ? _input.Length - _input.Position : 0;
        return _input.CanSeek;
    }
}
