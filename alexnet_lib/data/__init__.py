"""What comes from outside: photographs, a folder of images, Fashion-MNIST, published weights."""

from alexnet_lib.data.photographs import PHOTOS, Images, folder, load_image, photo, to_grey

__all__ = ["PHOTOS", "Images", "folder", "load_image", "photo", "to_grey"]
