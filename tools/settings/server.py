"""Small messages leave at once. TCP otherwise holds them back (Nagle, RFC 896), up to 40 ms a move.

And large ones come through: a photograph that a reader uploads may have more than Tornado's 10 MiB.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """The connection between page and kernel, as JupyterLab has it, without the delay."""

    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()


c.ServerApp.kernel_websocket_connection_class = PromptConnection  # noqa: F821
c.ServerApp.tornado_settings = {"websocket_max_message_size": 256 * 2**20}  # noqa: F821
